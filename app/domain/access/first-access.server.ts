import type { AppContext } from '#app/context.server.ts';
import { createApiKey } from './api-keys.server.ts';
import { readablePassword } from './readable-password.server.ts';

/** What this call made, for showing once; absent where it was there before. */
export interface FirstAccess {
  admin?: { email: string; password: string };
  apiKey?: string;
}

/**
 * Makes the first administrator and the first API key where there is none, from ADMIN_EMAIL, ADMIN_PASSWORD and API_KEY or generated.
 * Processes that start together make them once: the advisory lock is held by a transaction while others wait.
 */
export async function ensureFirstAccess({ db, auth, env }: Pick<AppContext, 'db' | 'auth' | 'env'>): Promise<FirstAccess> {
  const client = await db.pool.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext('rollcall first access'))`);
    const made: FirstAccess = {};

    const users = await client.query<{ some: boolean }>('select exists (select from app_users) as some');
    if (!users.rows[0]?.some) {
      const email = env.adminEmail ?? 'admin@example.com';
      const password = env.adminPassword ?? readablePassword();
      await auth.sessions.api.createUser({ body: { email, password, name: email.split('@')[0] ?? email, role: 'admin' } });
      made.admin = { email, password };
    }

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
