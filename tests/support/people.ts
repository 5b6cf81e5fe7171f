import type { AppLoadContext } from '@remix-run/node';
import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import type { Role, Viewer } from '#app/domain/access/roles.ts';
import type { Database } from '#db/database.ts';

/** Somebody with an account, and a key of theirs. */
export interface Somebody {
  viewer: Viewer;
  /** The key itself, and the viewer that it makes. */
  key: string;
  program: Viewer;
  /** Headers of what they do in the browser, where they are signed in. */
  browser?: Record<string, string>;
}

/** The same, signed in: what a person does by themself. */
export async function signedIn({ db, auth }: Pick<AppLoadContext, 'db' | 'auth'>, name: string, role: Role): Promise<Somebody> {
  const who = await somebody(db, name, role);
  const password = `${name} chose this herself`;
  const { password: kept } = await auth.sessions.$context;
  await db.pool.query(
    `insert into app_accounts (account_id, provider_id, user_id, password, updated_at) values ($1::text, 'credential', $1::uuid, $2, now())`,
    [who.viewer.id, await kept.hash(password)],
  );
  const { headers } = await auth.sessions.api.signInEmail({ body: { email: who.viewer.email as string, password }, asResponse: true });
  const cookie = headers.getSetCookie().map((one) => one.split(';')[0]);
  return { ...who, browser: { cookie: cookie.join('; '), origin: auth.baseUrl } };
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
