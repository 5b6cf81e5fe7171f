import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { createApiKey } from './api-keys.server.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { needsFirstAdministrator, SETUP_PLACE, SETUP_TOKEN } from './first-administrator.server.ts';
import { FIRST_PASSWORD } from './first-password.server.ts';
import { newLinkSecret } from './link-secret.server.ts';
import { passwordProblem } from './password-problem.server.ts';
import { readablePassword } from './readable-password.server.ts';

/** What the configuration says of it. */
interface FirstAccessSettings {
  adminEmail?: string | undefined;
  adminPassword?: string | undefined;
  apiKey?: string | undefined;
}

/** For showing at the start. */
export interface FirstAccess {
  /** Present until somebody has signed in. The password is null where ADMIN_PASSWORD set it. */
  admin?: { email: string; password: string | null };
  /** Why ADMIN_PASSWORD, with which an administrator was just made, is none that somebody could choose on a page. */
  weakPassword?: string;
  /** Present where there is no administrator: whoever has it makes the first one, as themself. */
  setupToken?: string;
  /** Present where this call made it. */
  apiKey?: string;
}

/**
 * Makes the first administrator and the first API key where there is none, from ADMIN_EMAIL, ADMIN_PASSWORD and API_KEY or generated. A
 * generated password is kept, to be shown at each start, until somebody has signed in or was given another. Where nothing names an administrator and
 * none is to be made up, a secret is kept instead, by which the first one makes themself (first-administrator.server.ts).
 * Processes that start together make them once: the advisory lock is held by a transaction while others wait.
 *
 * @param makesUp whether an administrator may be made up, as for somebody who starts it on their own machine
 */
export async function ensureFirstAccess(
  { db, auth, env }: { db: Database; auth: Auth; env: FirstAccessSettings },
  makesUp = true,
): Promise<FirstAccess> {
  const client = await db.pool.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext('rollcall first access'))`);
    const made: FirstAccess = {};

    const users = await client.query<{ some: boolean }>('select exists (select from app_users) as some');
    if (!users.rows[0]?.some && (makesUp || env.adminEmail || env.adminPassword)) {
      const email = env.adminEmail ?? 'admin@example.com';
      const password = env.adminPassword ?? readablePassword();
      await auth.sessions.api.createUser({ body: { email, password, name: email.split('@')[0] ?? email, role: 'admin' } });
      await audit(client, {
        action: 'person.add',
        object: { type: 'person', name: email.split('@')[0] ?? email },
        after: { email, role: 'admin' },
      });
      if (!env.adminPassword)
        await client.query(
          'insert into app_secrets (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
          [FIRST_PASSWORD, `${email} ${db.seals.seal(password, `app_secrets ${FIRST_PASSWORD}`)}`],
        );
      made.admin = { email, password: env.adminPassword ? null : password };
      const problem = env.adminPassword ? passwordProblem(env.adminPassword, { email, name: '' }) : null;
      if (problem) made.weakPassword = problem;
    } else {
      const { rows } = await client.query<{ email: string; password: string }>(
        `select split_part(value, ' ', 1) as email, split_part(value, ' ', 2) as password from app_secrets where name = $1`,
        [FIRST_PASSWORD],
      );
      if (rows[0]) made.admin = { ...rows[0], password: db.seals.open(rows[0].password, `app_secrets ${FIRST_PASSWORD}`) };
      if (!made.admin && (await needsFirstAdministrator(client))) made.setupToken = await keepToken(client, db.seals);
    }
    // Somebody is the administrator by another way than the link of an earlier start.
    if (!made.setupToken) await client.query('delete from app_secrets where name = $1', [SETUP_TOKEN]);

    const keys = await client.query<{ some: boolean }>('select exists (select from api_keys) as some');
    if (!keys.rows[0]?.some) {
      const { key } = await createApiKey(db, { name: 'first key', role: 'admin', createdBy: null, key: env.apiKey });
      made.apiKey = key;
    }

    await client.query('commit');
    return made;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** The same at each start and for every process, until it was used. */
async function keepToken(client: PoolClient, seals: Database['seals']): Promise<string> {
  const { rows } = await client.query<{ value: string }>(
    'insert into app_secrets (name, value) values ($1, $2) on conflict (name) do update set name = excluded.name returning value',
    [SETUP_TOKEN, seals.seal(newLinkSecret().token, SETUP_PLACE)],
  );
  return seals.open(rows[0]?.value as string, SETUP_PLACE);
}
