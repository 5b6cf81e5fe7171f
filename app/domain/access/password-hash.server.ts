import type { Pool, PoolClient } from 'pg';
import { Problem } from '../problem.ts';
import type { Auth } from './auth.server.ts';
import { cancelSecondFactor, forgetWrongCodes } from './begun-factor.server.ts';
import { forgetFirstPassword } from './first-password.server.ts';

/** @param known who is signed in, or was in this browser, comes before strangers. @throws Problem 503 where too many wait already */
export async function hashInTurn(auth: Auth, password: string, known: boolean): Promise<string> {
  const { password: passwords } = await auth.sessions.$context;
  const hashing = auth.passwordChecks.run(known, () => passwords.hash(password));
  if (!hashing) throw busy();
  return hashing;
}

/** Is it the account's password? @throws Problem 503 where too many wait already */
export async function verifyInTurn(auth: Auth, hash: string, password: string): Promise<boolean> {
  const { password: passwords } = await auth.sessions.$context;
  const checking = auth.passwordChecks.run(true, () => passwords.verify({ hash, password }));
  if (!checking) throw busy();
  return checking;
}

/** An account whose password was said. */
export interface Proven {
  id: string;
  hash: string;
}

/** Whose password it is. Null for a wrong one, an unknown account and a disabled one, which all take the same time. */
export async function whosePassword({ sessions }: Auth, pool: Pool, email: string, password: string): Promise<Proven | null> {
  const { password: passwords } = await sessions.$context;
  const { rows } = await pool.query<{ id: string; hash: string | null; open: boolean }>(
    // never null: open

    `select u.id::text, a.password as hash, u.banned is not true as open
     from app_users u left join app_accounts a on a.user_id = u.id and a.provider_id = 'credential' where lower(u.email) = $1`,
    [email],
  );
  const { id, hash, open } = rows[0] ?? {};
  if (!id || !hash) {
    await passwords.hash(password);
    return null;
  }
  return (await passwords.verify({ hash, password })) && open ? { id, hash } : null;
}

const busy = () =>
  new Problem(503, 'unavailable', 'Very many people are signing in at this moment. Try again in a few seconds.', { retryAfterS: 3 });

/** The account's password from now on, whether or not it had one. */
export async function setPasswordHash(client: PoolClient, userId: string, hash: string): Promise<void> {
  const { rowCount } = await client.query(
    `update app_accounts set password = $2, updated_at = now() where user_id = $1 and provider_id = 'credential'`,
    [userId, hash],
  );
  if (rowCount) return;
  await client.query(
    `insert into app_accounts (account_id, provider_id, user_id, password, updated_at) values ($1::text, 'credential', $1::uuid, $2, now())`,
    [userId, hash],
  );
}

/**
 * With another password, what the one before opened ends: sessions, open pages, a second factor that was begun, the wait after wrong codes, and other ways to a new one.
 *
 * @param but a session that goes on
 * @returns the account's address, and how many sessions ended
 */
export async function endFormerAccess(
  client: PoolClient,
  userId: string,
  but: string | null,
): Promise<{ email: string; sessions: number }> {
  const { rowCount } = await client.query('delete from app_sessions where user_id = $1 and ($2::uuid is null or id <> $2)', [userId, but]);
  await client.query('update access_links set revoked_at = now() where user_id = $1 and used_at is null and revoked_at is null', [userId]);
  await cancelSecondFactor(client, userId);
  await forgetWrongCodes(client, userId);
  const { rows } = await client.query<{ email: string }>('select email from app_users where id = $1', [userId]);
  const email = rows[0]?.email as string;
  await forgetFirstPassword(client, email);
  return { email, sessions: rowCount ?? 0 };
}
