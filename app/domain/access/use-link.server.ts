import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, invalid, Problem } from '../problem.ts';
import { LINK_ENDED, type LinkKind, type OpenLink } from './access-link.ts';
import type { Auth } from './auth.server.ts';
import { forgetFirstPassword } from './first-password.server.ts';
import { hashOfLink, isLinkToken } from './link-secret.server.ts';
import { passwordProblem } from './own-password.ts';
import { oneAtATime } from './people-guard.server.ts';
import { newName } from './people-input.ts';
import type { Role } from './roles.ts';

interface Access {
  auth: Auth;
  db: Database;
}

interface Row {
  id: number;
  kind: LinkKind;
  email: string;
  name: string;
  role: Role | null;
  user_id: string | null;
}

const open = `l.used_at is null and l.revoked_at is null and l.expires_at > now() and u.banned is not true`;

/** Looking uses nothing up: programs that check mail for harm look, too. Null for a link that opens nothing, whatever the reason. */
export async function findLink(db: Database, token: string): Promise<OpenLink | null> {
  if (!isLinkToken(token)) return null;
  const { rows } = await db.pool.query<Row>(
    `select l.id, l.kind, coalesce(u.email, l.email) as email, coalesce(u.name, l.name) as name, l.role, l.user_id
     from access_links l left join app_users u on u.id = l.user_id where l.hash = $1 and ${open}`,
    [hashOfLink(token)],
  );
  if (!rows[0]) return null;
  const { id, kind, email, name, role } = rows[0];
  return { id, kind, email, name, role };
}

/**
 * Uses a link up: an invitation becomes an account with this name and password, a reset gives the account this password and ends its
 * sessions and its other links. Of two uses at once one comes to something.
 *
 * @param name of an invitation; a reset leaves it
 * @throws Problem 409 `link_ended`, 422, 503 where too many passwords wait already
 */
export async function useLink(
  { auth, db }: Access,
  token: string,
  input: { name: string | null; password: string },
): Promise<{ kind: LinkKind; email: string }> {
  const link = await findLink(db, token);
  if (!link) throw ended();
  const name = link.kind === 'invitation' ? parseInput(newName, { name: input.name }).name : link.name;
  const problem = passwordProblem(input.password, { email: link.email, name });
  if (problem) throw invalid([{ path: 'password', message: problem }]);
  const { password: passwords } = await auth.sessions.$context;
  const hashing = auth.passwordChecks.run(false, () => passwords.hash(input.password));
  if (!hashing) throw busy();
  const hash = await hashing;

  return inTransaction(db.pool, async (client) => {
    await oneAtATime(client);
    const { rows } = await client.query<Row>(
      `select l.id, l.kind, l.email, l.name, l.role, l.user_id
       from access_links l left join app_users u on u.id = l.user_id where l.hash = $1 and ${open} for update of l`,
      [hashOfLink(token)],
    );
    const row = rows[0];
    if (!row) throw ended();
    const email = row.user_id === null ? await addAccount(client, { ...row, name }, hash) : await changeAccount(client, row.user_id, hash);
    await client.query('update access_links set used_at = now() where id = $1', [row.id]);
    return { kind: row.kind, email };
  });
}

const busy = () =>
  new Problem(503, 'unavailable', 'Very many people are signing in at this moment. Try again in a few seconds.', { retryAfterS: 3 });

const ended = () => conflict(LINK_ENDED, 'link_ended');

async function addAccount(client: PoolClient, { email, name, role }: Pick<Row, 'email' | 'name' | 'role'>, hash: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into app_users (name, email, email_verified, role) values ($1, $2, false, $3) on conflict (email) do nothing returning id`,
    [name, email, role],
  );
  if (!rows[0]) throw ended();
  await setPasswordHash(client, rows[0].id, hash);
  return email;
}

async function changeAccount(client: PoolClient, userId: string, hash: string): Promise<string> {
  await setPasswordHash(client, userId, hash);
  await client.query('delete from app_sessions where user_id = $1', [userId]);
  await revokeResets(client, userId);
  const { rows } = await client.query<{ email: string }>('select email from app_users where id = $1', [userId]);
  const email = rows[0]?.email as string;
  await forgetFirstPassword(client, email);
  return email;
}

/** The account's password from now on, whether or not it had one. */
async function setPasswordHash(client: PoolClient, userId: string, hash: string): Promise<void> {
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

/** Whoever has a new password needs no other way to one. */
async function revokeResets(client: PoolClient, userId: string): Promise<void> {
  await client.query('update access_links set revoked_at = now() where user_id = $1 and used_at is null and revoked_at is null', [userId]);
}
