import type { Database } from '#db/database.ts';
import { isProblem, Problem } from './problem.ts';

/** One POST call that carries an Idempotency-Key. */
export interface KeyedCall {
  viewerId: string;
  /** Method and path. */
  route: string;
  key: string;
  /** SHA-256 of the request; null where the body is a stream. */
  hash: Buffer | null;
}

const LEASE_S = 60;

interface Kept {
  request_hash: Buffer | null;
  running: boolean;
  status: number | null;
  content_type: string | null;
  body: string | null;
}

/**
 * Runs a call once for each key: whoever comes later gets the first answer. What was refused before it did anything (too many, too large)
 * is not kept. Where nobody knows whether it took effect (an error of ours, a lost commit, a process that died while it ran) the key says so
 * from then on, since running it again is what the key is there to prevent.
 *
 * @throws Problem 409 while the first call runs, and where its outcome is unknown; 422 where the key came with another request before
 */
export async function runOnce(db: Database, call: KeyedCall, run: () => Promise<Response>): Promise<Response> {
  const { viewerId, route, key, hash } = call;
  const id = [viewerId, route, key];
  const taken = await db.pool.query(
    `insert into idempotency_keys as old (viewer_id, route, key, request_hash, running_until)
     values ($1, $2, $3, $4, now() + make_interval(secs => ${LEASE_S}))
     on conflict (viewer_id, route, key) do update
       set request_hash = excluded.request_hash, created_at = now(), running_until = excluded.running_until, status = null, content_type = null, body = null
       where old.created_at < now() - interval '24 hours'`,
    [...id, hash],
  );
  if (taken.rowCount === 0) return replay(db, id, hash, () => runOnce(db, call, run));

  const release = () =>
    db.pool.query('delete from idempotency_keys where viewer_id = $1 and route = $2 and key = $3 and status is null', id);
  const expire = () =>
    db.pool
      .query('update idempotency_keys set running_until = now() where viewer_id = $1 and route = $2 and key = $3 and status is null', id)
      .catch(() => {}); // then the lease runs out
  const lease = setInterval(
    () => {
      db.pool
        .query(
          `update idempotency_keys set running_until = now() + make_interval(secs => ${LEASE_S})
         where viewer_id = $1 and route = $2 and key = $3 and status is null`,
          id,
        )
        .catch(() => {}); // the next one comes in time, and losing the lease is only losing a replay
    },
    (LEASE_S * 1000) / 3,
  );
  try {
    const answer = await run();
    if ([408, 413, 429].includes(answer.status)) {
      await release();
      return answer;
    }
    if (answer.status >= 500) {
      await expire();
      return answer; // the lease ends, and nobody knows what was done
    }
    const body = await answer.text();
    // What took effect is answered as such, also where the note of it is lost: then later ones are told that nobody knows.
    await db.pool
      .query(
        `update idempotency_keys set running_until = null, status = $4, content_type = $5, body = $6
         where viewer_id = $1 and route = $2 and key = $3 and status is null`,
        [...id, answer.status, answer.headers.get('content-type'), withoutSecrets(body)],
      )
      .catch(() => {});
    return new Response(body || null, { status: answer.status, headers: answer.headers });
  } catch (error) {
    // A refusal of ours did nothing; of anything else nobody knows.
    if (isProblem(error) && error.status < 500) await release();
    else await expire();
    throw error;
  } finally {
    clearInterval(lease);
  }
}

/** Secrets are answered once: a replay says the rest. */
function withoutSecrets(body: string): string {
  if (!/"(secret|key|password|token)"/.test(body)) return body;
  return JSON.stringify(JSON.parse(body), (name, value: unknown) => (/^(secret|key|password|token)$/.test(name) ? undefined : value));
}

async function replay(db: Database, id: string[], hash: Buffer | null, again: () => Promise<Response>): Promise<Response> {
  const { rows } = await db.pool.query<Kept>(
    `select request_hash, status is null and running_until > now() as running, status, content_type, body from idempotency_keys
     where viewer_id = $1 and route = $2 and key = $3`,
    id,
  );
  const kept = rows[0];
  if (!kept) return again(); // released in between
  if (hash && kept.request_hash && !hash.equals(kept.request_hash)) {
    throw new Problem(
      422,
      'idempotency_key_reused',
      'This Idempotency-Key came with another request before. Use a new key for a new request.',
    );
  }
  if (kept.status === null && !kept.running) {
    throw new Problem(
      409,
      'idempotency_outcome_unknown',
      'The first request with this Idempotency-Key broke off, and it is not known whether it took effect. Look whether it did, and use a new key to send it again.',
    );
  }
  if (kept.status === null) {
    throw new Problem(
      409,
      'idempotency_in_progress',
      'The first request with this Idempotency-Key is still running. Ask again in a moment.',
      {
        retryAfterS: 1,
      },
    );
  }
  const headers = new Headers({ 'Idempotency-Replayed': 'true', 'Cache-Control': 'no-store' });
  if (kept.content_type) headers.set('Content-Type', kept.content_type);
  return new Response(kept.body || null, { status: kept.status, headers });
}

/** Forgets keys after 24 hours, some at a time. */
export async function forgetOldKeys(db: Database): Promise<void> {
  await db.pool.query(
    `delete from idempotency_keys where (viewer_id, route, key) in (
       select viewer_id, route, key from idempotency_keys where created_at < now() - interval '24 hours' limit 1000)`,
  );
}
