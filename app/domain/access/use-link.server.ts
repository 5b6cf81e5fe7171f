import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, invalid } from '../problem.ts';
import { LINK_ENDED, type LinkKind, type OpenLink } from './access-link.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import { hashOfLink, isLinkToken } from './link-secret.server.ts';
import { assertPasswords, endFormerAccess, hashInTurn, setPasswordHash } from './password-hash.server.ts';
import { passwordProblem } from './password-problem.server.ts';
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
): Promise<{ kind: LinkKind; id: string; email: string }> {
  assertPasswords(auth);
  const link = await findLink(db, token);
  if (!link) throw ended();
  const name = link.kind === 'invitation' ? parseInput(newName, { name: input.name }).name : link.name;
  const problem = passwordProblem(input.password, { email: link.email, name });
  if (problem) throw invalid([{ path: 'password', message: problem }]);
  const hash = await hashInTurn(auth, input.password, false);

  return inTransaction(db.pool, async (client) => {
    await oneAtATime(client);
    const { rows } = await client.query<Row>(
      `select l.id, l.kind, l.email, l.name, l.role, l.user_id
       from access_links l left join app_users u on u.id = l.user_id where l.hash = $1 and ${open} for update of l`,
      [hashOfLink(token)],
    );
    const row = rows[0];
    if (!row) throw ended();
    const { kind, role } = row;
    const id = row.user_id ?? (await addAccount(client, { ...row, name }));
    await setPasswordHash(client, id, hash);
    const { email } = kind === 'reset' ? await endFormerAccess(client, id, null) : row;
    await client.query('update access_links set used_at = now() where id = $1', [row.id]);
    const actor = { id, name, email, via: 'session' } as const;
    const object = { type: 'person', id, name };
    if (kind === 'invitation') await audit(client, { action: 'person.add', actor, object, after: { email, role, invitation: row.id } });
    else await audit(client, { action: 'person.password', actor, object, after: { by: 'link' } });
    return { kind, id, email };
  });
}

const ended = () => conflict(LINK_ENDED, 'link_ended');

async function addAccount(client: PoolClient, { email, name, role }: Pick<Row, 'email' | 'name' | 'role'>): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into app_users (name, email, email_verified, role) values ($1, $2, false, $3) on conflict (email) do nothing returning id`,
    [name, email, role],
  );
  if (!rows[0]) throw ended();
  return rows[0].id;
}
