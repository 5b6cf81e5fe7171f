import type { Database } from '#db/database.ts';

/** Whose key it is, and for which call: method and path. */
export interface KeyId {
  viewerId: string;
  route: string;
  key: string;
}

/** Who holds a key is known by when it took it: whoever takes it later, when it is a day old, has another time. */
export interface KeyHolder extends KeyId {
  since: string;
}

export interface KeptAnswer {
  /** SHA-256 of the request; null: kept by a version that did not know. */
  requestHash: Buffer | null;
  running: boolean;
  /** Null until it is answered. */
  status: number | null;
  contentType: string | null;
  body: string | null;
}

/** How long a call may run without saying that it still does. */
export const LEASE_S = 60;

const named = ({ viewerId, route, key }: KeyId) => [viewerId, route, key];
const held = 'viewer_id = $1 and route = $2 and key = $3 and created_at = $4::timestamptz and status is null';

/** Null where somebody has it, or had it less than a day ago. */
export async function takeKey(db: Database, id: KeyId, requestHash: Buffer): Promise<KeyHolder | null> {
  const { rows } = await db.pool.query<{ since: string }>(
    `insert into idempotency_keys as old (viewer_id, route, key, request_hash, running_until)
     values ($1, $2, $3, $4, now() + make_interval(secs => ${LEASE_S}))
     on conflict (viewer_id, route, key) do update
       set request_hash = excluded.request_hash, created_at = now(), running_until = excluded.running_until, status = null, content_type = null, body = null
       where old.created_at < now() - interval '24 hours' and (old.running_until is null or old.running_until < now())
     returning created_at::text as since`,
    [...named(id), requestHash],
  );
  return rows[0] ? { ...id, ...rows[0] } : null;
}

export async function renewKey(db: Database, holder: KeyHolder): Promise<void> {
  await db.pool.query(`update idempotency_keys set running_until = now() + make_interval(secs => ${LEASE_S}) where ${held}`, [
    ...named(holder),
    holder.since,
  ]);
}

/** Nobody knows what came of it, from now on. */
export async function giveUpKey(db: Database, holder: KeyHolder): Promise<void> {
  await db.pool.query(`update idempotency_keys set running_until = now() where ${held}`, [...named(holder), holder.since]);
}

/** As if it had never been taken. */
export async function releaseKey(db: Database, holder: KeyHolder): Promise<void> {
  await db.pool.query(`delete from idempotency_keys where ${held}`, [...named(holder), holder.since]);
}

export async function keepAnswer(
  db: Database,
  holder: KeyHolder,
  { status, contentType, body, requestHash }: Omit<KeptAnswer, 'running'>,
): Promise<void> {
  await db.pool.query(
    `update idempotency_keys set running_until = null, status = $5, content_type = $6, body = $7, request_hash = $8 where ${held}`,
    [...named(holder), holder.since, status, contentType, body, requestHash],
  );
}

/** Null where nobody has the key. */
export async function keptAnswer(db: Database, id: KeyId): Promise<KeptAnswer | null> {
  const { rows } = await db.pool.query<KeptAnswer>(
    `select request_hash as "requestHash", status is null and running_until > now() as running, status, content_type as "contentType", body
     from idempotency_keys where viewer_id = $1 and route = $2 and key = $3`,
    named(id),
  );
  return rows[0] ?? null;
}

/** Forgets keys after 24 hours, some at a time. A call that still runs keeps its own. */
export async function forgetOldKeys(db: Database): Promise<void> {
  await db.pool.query(
    `delete from idempotency_keys where (viewer_id, route, key) in (
       select viewer_id, route, key from idempotency_keys
       where created_at < now() - interval '24 hours' and (running_until is null or running_until < now()) limit 1000)`,
  );
}
