import { createHash } from 'node:crypto';
import type { Database } from '#db/database.ts';
import { Problem } from '../domain/problem.ts';

/** One POST call that carries an Idempotency-Key. */
export interface KeyedCall {
  viewerId: string;
  /** Method and path. */
  route: string;
  key: string;
  /** SHA-256 of what is known of the request before it runs: all of it, or of an upload what stands around its body. */
  hash: Buffer;
  /** An upload's body, which is told apart by what passed when it was read. */
  body?: PassedBody;
  /** The path that tells whether it took effect. */
  lookAt: string;
}

/** A body that is handed on as it arrives, and remembered as its SHA-256. */
export class PassedBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #hash = createHash('sha256');
  /** null until all of it has passed. */
  digest: Buffer | null = null;

  constructor(source: ReadableStream<Uint8Array>) {
    this.stream = source.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.#hash.update(chunk);
          controller.enqueue(chunk);
        },
        flush: () => {
          this.digest = this.#hash.digest();
        },
      }),
    );
  }
}

const LEASE_S = 60;

/** The holder of a key is known by when it took it: whoever takes it later, when it is a day old, has another time. */
const held = `viewer_id = $1 and route = $2 and key = $3 and created_at = $4::timestamptz and status is null`;

interface Kept {
  request_hash: Buffer | null;
  running: boolean;
  status: number | null;
  content_type: string | null;
  body: string | null;
}

/**
 * Runs a call once for each key: whoever comes later gets the first answer. What was refused before it did anything and may be asked again as
 * it is (its answer says when, or it is an upload, of which all or nothing is taken) is not kept. Where nobody knows whether it took effect (an
 * error of ours, a lost commit, a process that died while it ran) the key says so from then on, since running it again is what the key is there
 * to prevent.
 *
 * @throws Problem 409 while the first call runs, and where its outcome is unknown; 422 where the key came with another request before
 */
export async function runOnce(db: Database, call: KeyedCall, run: () => Promise<Response>): Promise<Response> {
  const id = [call.viewerId, call.route, call.key];
  const taken = await db.pool.query<{ since: string }>(
    `insert into idempotency_keys as old (viewer_id, route, key, request_hash, running_until)
     values ($1, $2, $3, $4, now() + make_interval(secs => ${LEASE_S}))
     on conflict (viewer_id, route, key) do update
       set request_hash = excluded.request_hash, created_at = now(), running_until = excluded.running_until, status = null, content_type = null, body = null
       where old.created_at < now() - interval '24 hours' and (old.running_until is null or old.running_until < now())
     returning created_at::text as since`,
    [...id, call.hash],
  );
  const [holder] = taken.rows;
  if (!holder) return replay(db, call, () => runOnce(db, call, run));

  const lease = [...id, holder.since];
  const write = (set: string, ...values: unknown[]) =>
    db.pool.query(`update idempotency_keys set ${set} where ${held}`, [...lease, ...values]);
  const release = () => db.pool.query(`delete from idempotency_keys where ${held}`, lease);
  const giveUp = () => write('running_until = now()').catch(() => {}); // then the lease runs out
  const renewal = setInterval(
    () => {
      // The next one comes in time, and without the lease others are told that nobody knows, until the answer is kept.
      write(`running_until = now() + make_interval(secs => ${LEASE_S})`).catch(() => {});
    },
    (LEASE_S * 1000) / 3,
  );
  try {
    const answer = await run();
    if (isNothingDone(answer, call)) {
      await release();
      return answer;
    }
    if (answer.status >= 500) {
      await giveUp();
      return answer;
    }
    const body = await answer.text();
    const hash = call.body?.digest ? Buffer.concat([call.hash, call.body.digest]) : call.hash;
    const kept = [answer.status, answer.headers.get('content-type'), withoutSecrets(body), hash];
    // What took effect is answered as such, also where the note of it is lost: then later ones are told that nobody knows.
    await write('running_until = null, status = $5, content_type = $6, body = $7, request_hash = $8', ...kept).catch(() => {});
    return new Response(body || null, { status: answer.status, headers: answer.headers });
  } catch (error) {
    await giveUp();
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

function isNothingDone({ status, headers }: Response, { body }: KeyedCall): boolean {
  return headers.has('retry-after') || [408, 413, 429].includes(status) || (body !== undefined && status >= 400);
}

/** Secrets are answered once: a replay says the rest. Only an answer's own members are any; below them are people's columns. */
function withoutSecrets(body: string): string {
  if (!/"(secret|key|password|token)"/.test(body)) return body;
  const whole: unknown = JSON.parse(body);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return body;
  const { secret, key, password, token, ...rest } = whole as Record<string, unknown>;
  return JSON.stringify(rest);
}

async function replay(db: Database, call: KeyedCall, again: () => Promise<Response>): Promise<Response> {
  const { rows } = await db.pool.query<Kept>(
    `select request_hash, status is null and running_until > now() as running, status, content_type, body from idempotency_keys
     where viewer_id = $1 and route = $2 and key = $3`,
    [call.viewerId, call.route, call.key],
  );
  const kept = rows[0];
  if (!kept) return again(); // released in between
  if (await isAnother(kept, call)) {
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
      `The first request with this Idempotency-Key broke off, and it is not known whether it took effect. Look at ${call.lookAt}, and if it did not, send it again with a new key.`,
      { details: { look_at: call.lookAt } },
    );
  }
  if (kept.status === null) {
    throw new Problem(
      409,
      'idempotency_in_progress',
      'The first request with this Idempotency-Key is still running. Ask again in a moment.',
      { retryAfterS: 1 },
    );
  }
  const headers = new Headers({ 'Idempotency-Replayed': 'true', 'Cache-Control': 'no-store' });
  if (kept.content_type) headers.set('Content-Type', kept.content_type);
  return new Response(kept.body || null, { status: kept.status, headers });
}

/** Of an upload that was answered the body is read to its end: another file must not look as if it had been imported. */
async function isAnother({ request_hash: before, status }: Kept, { hash, body }: KeyedCall): Promise<boolean> {
  if (before === null) return false; // kept by a version that did not know
  if (!before.subarray(0, hash.length).equals(hash)) return true;
  if (status === null || before.length === hash.length) return false;
  await body?.stream.pipeTo(new WritableStream());
  return !before.subarray(hash.length).equals(body?.digest ?? Buffer.alloc(0));
}

/** Forgets keys after 24 hours, some at a time. A call that still runs keeps its own. */
export async function forgetOldKeys(db: Database): Promise<void> {
  await db.pool.query(
    `delete from idempotency_keys where (viewer_id, route, key) in (
       select viewer_id, route, key from idempotency_keys
       where created_at < now() - interval '24 hours' and (running_until is null or running_until < now()) limit 1000)`,
  );
}
