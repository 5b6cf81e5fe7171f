import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { audit } from './audit.server.ts';
import type { Role, Viewer } from './roles.ts';

/** Never the key itself: that is shown once, when it is made. Times are ISO 8601 in UTC. */
export interface ApiKeyJson {
  id: number;
  name: string;
  role: Role;
  created_by: string | null;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
}

interface Row extends Omit<ApiKeyJson, 'created_at' | 'last_used_at' | 'revoked_at'> {
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

const CACHE_MS = 5_000;
const CACHE_SIZE = 1_000;
const columns = 'id, name, role, created_by, created_at, last_used_at, revoked_at';

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function toJson(row: Row): ApiKeyJson {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}

/**
 * Makes a key, which ends with the person who made it (`ownerId`). `key` may be given (the first start's API_KEY), else it is `rk_` and 32 random bytes.
 * The answer is the only place where the key ever stands.
 */
export async function createApiKey(
  db: Database,
  input: { name: string; role: Role; createdBy: string | null; ownerId?: string | null; key?: string | undefined },
): Promise<{ key: string; apiKey: ApiKeyJson }> {
  const key = input.key ?? `rk_${randomBytes(32).toString('base64url')}`;
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<Row>(
      `insert into api_keys (name, hash, role, created_by, owner_id) values ($1, $2, $3, $4, $5) returning ${columns}`,
      [input.name, hashOf(key), input.role, input.createdBy, input.ownerId ?? null],
    );
    const apiKey = toJson(rows[0] as Row);
    await audit(client, { action: 'key.create', object: { type: 'key', id: apiKey.id, name: apiKey.name }, after: { role: apiKey.role } });
    return { key, apiKey };
  });
}

export async function listApiKeys(db: Database): Promise<ApiKeyJson[]> {
  const { rows } = await db.pool.query<Row>(`select ${columns} from api_keys order by id desc`);
  return rows.map(toJson);
}

/** From now on the key opens nothing; other processes hear of it at once. False where there is no such key. */
export async function revokeApiKey(db: Database, id: number): Promise<boolean> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ name: string; role: string }>(
      'update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning name, role',
      [id],
    );
    if (!rows[0]) return false;
    await audit(client, { action: 'key.revoke', object: { type: 'key', id, name: rows[0].name }, before: { role: rows[0].role } });
    return true;
  });
}

export interface KeyVerifier {
  (key: string): Promise<Viewer | null>;
  /** A key was revoked somewhere: all are looked up anew. */
  forget(): void;
}

/**
 * Turns keys into viewers. The look-up is by hash, so its time tells nothing about other keys.
 * Answers are remembered for 5 s, which also keeps `last_used_at` from costing a write per call.
 */
export function createKeyVerifier(db: Database): KeyVerifier {
  let seen = new Map<string, { viewer: Viewer | null; until: number }>();

  const verify = async (key: string) => {
    if (key.length > 256) return null;
    const hash = hashOf(key);
    const name = hash.toString('base64');
    // One that is forgotten while the database answers stays forgotten.
    const memory = seen;
    const known = memory.get(name);
    if (known && known.until > performance.now()) return known.viewer;

    const { rows } = await db.pool.query<{ id: number; name: string; role: Role; stale: boolean }>(
      `select id, name, role, last_used_at is null or last_used_at < now() - interval '1 minute' as stale
       from api_keys where hash = $1 and revoked_at is null`,
      [hash],
    );
    const row = rows[0];
    if (row?.stale) await db.pool.query('update api_keys set last_used_at = now() where id = $1', [row.id]);
    const viewer: Viewer | null = row
      ? { id: `key:${row.id}`, name: row.name, email: null, role: row.role, via: 'key', label: `API key ${row.name}` }
      : null;
    if (memory.size >= CACHE_SIZE) memory.clear();
    memory.set(name, { viewer, until: performance.now() + CACHE_MS });
    return viewer;
  };
  return Object.assign(verify, {
    forget: () => {
      seen = new Map();
    },
  });
}
