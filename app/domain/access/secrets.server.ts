import { randomBytes } from 'node:crypto';
import type { Database } from '#db/database.ts';

/** A secret of this installation, made on first use (32 random bytes, base64url) and the same for every process from then on. */
export async function keptSecret(db: Database, name: string): Promise<string> {
  const known = await db.pool.query<{ value: string }>('select value from app_secrets where name = $1', [name]);
  if (known.rows[0]) return known.rows[0].value;
  await db.pool.query('insert into app_secrets (name, value) values ($1, $2) on conflict (name) do nothing', [
    name,
    randomBytes(32).toString('base64url'),
  ]);
  return keptSecret(db, name);
}

/** What signs the session cookies: SESSION_SECRET, or one that the database keeps. */
export async function sessionSecret(db: Database, env: { sessionSecret?: string | undefined }): Promise<string> {
  return env.sessionSecret ?? keptSecret(db, 'session');
}
