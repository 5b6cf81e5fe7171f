import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import type { Role, Viewer } from '#app/domain/access/roles.ts';
import type { Database } from '#db/database.ts';

/** Somebody with an account, and a key of theirs. */
export interface Somebody {
  viewer: Viewer;
  /** The key itself, and the viewer that it makes. */
  key: string;
  program: Viewer;
}

export async function somebody(db: Database, name: string, role: Role): Promise<Somebody> {
  const email = `${name.toLowerCase()}@team.example`;
  const { rows } = await db.pool.query<{ id: string }>(
    'insert into app_users (name, email, email_verified, role) values ($1, $2, true, $3) returning id',
    [name, email, role],
  );
  const id = rows[0]?.id as string;
  const { key, apiKey } = await createApiKey(db, { name: `${name}'s program`, role, createdBy: name, ownerId: id });
  return {
    viewer: { id, name, email, role, via: 'session', label: name },
    key,
    program: { id: `key:${apiKey.id}`, name: apiKey.name, email: null, role, via: 'key', label: `API key ${apiKey.name}` },
  };
}

/** Which campaigns wait; off without. */
export async function ruleOf(
  db: Database,
  { more_than = null, roles = [] }: { more_than?: number | null; roles?: Role[] } = {},
): Promise<void> {
  await db.pool.query('update approval_rule set more_than = $1, roles = $2', [more_than, roles]);
}
