import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, invalid } from '../problem.ts';
import { type Invitation, LINK_HOURS } from './access-link.ts';
import { ask } from './ask.server.ts';
import { audit } from './audit.server.ts';
import { newLinkSecret } from './link-secret.server.ts';
import { assertRuns, oneAtATime } from './people-guard.server.ts';
import { type NewPerson, newPerson } from './people-input.ts';
import type { Role, Viewer } from './roles.ts';

interface Row {
  id: number;
  name: string;
  email: string;
  role: Role;
  created_by: string | null;
  created_at: Date;
  expires_at: Date;
  expired: boolean;
}

const columns = `id, name, email, role, created_by, created_at, expires_at, expires_at <= now() as expired`;

function toInvitation({ created_at, expires_at, ...row }: Row): Invitation {
  return { ...row, created_at: created_at.toISOString(), expires_at: expires_at.toISOString() };
}

/** Those that wait for somebody, and those that waited too long; the newest first. */
export async function listInvitations(db: Database): Promise<Invitation[]> {
  ask('settings:write');
  const { rows } = await db.pool.query<Row>(
    // never null: role

    `select ${columns} from access_links where kind = 'invitation' and used_at is null and revoked_at is null order by id desc limit 500`,
  );
  return rows.map(toInvitation);
}

/** The secret of the link stands in this answer only. */
export interface MadeInvitation {
  invitation: Invitation;
  token: string;
}

/**
 * Somebody may have an account from now on: whoever holds the link chooses its password. An earlier invitation of the address ends.
 *
 * @throws Problem 403; 422, also where the address has an account already
 */
export async function invite(db: Database, viewer: Viewer, input: NewPerson): Promise<MadeInvitation> {
  assertRuns(viewer);
  const { name, email, role } = parseInput(newPerson, input);
  return inTransaction(db.pool, async (client) => {
    await oneAtATime(client);
    const { rowCount } = await client.query('select from app_users where lower(email) = $1', [email]);
    if (rowCount) throw invalid([{ path: 'email', message: `${email} has an account already.` }]);
    await forgetOldLinks(client);
    await client.query(
      `update access_links set revoked_at = now() where kind = 'invitation' and email = $1 and used_at is null and revoked_at is null`,
      [email],
    );
    const { token, hash } = newLinkSecret();
    const { rows } = await client.query<Row>(
      // never null: role

      `insert into access_links (kind, hash, email, name, role, created_by, expires_at)
       values ('invitation', $1, $2, $3, $4, $5, now() + $6 * interval '1 hour') returning ${columns}`,
      [hash, email, name, role, viewer.label, LINK_HOURS.invitation],
    );
    const row = rows[0] as Row;
    await audit(client, { action: 'person.invite', actor: viewer, object: objectOf(row), after: { email, role } });
    return { invitation: toInvitation(row), token };
  });
}

/** Another link in place of the one before, which ends. @throws Problem 403, 409 where it was used or taken back */
export async function renewInvitation(db: Database, viewer: Viewer, id: number): Promise<MadeInvitation> {
  assertRuns(viewer);
  return inTransaction(db.pool, async (client) => {
    const { token, hash } = newLinkSecret();
    const { rows } = await client.query<Row>(
      // never null: role

      `update access_links set hash = $2, expires_at = now() + $3 * interval '1 hour'
       where id = $1 and kind = 'invitation' and used_at is null and revoked_at is null returning ${columns}`,
      [id, hash, LINK_HOURS.invitation],
    );
    const row = rows[0];
    if (!row) throw gone();
    const { email, role } = row;
    await audit(client, { action: 'person.invite', actor: viewer, object: objectOf(row), after: { email, role, renewed: true } });
    return { invitation: toInvitation(row), token };
  });
}

/** The link opens nothing any more. @throws Problem 403, 409 where somebody has used it, or it was taken back before */
export async function revokeInvitation(db: Database, viewer: Viewer, id: number): Promise<Invitation> {
  assertRuns(viewer);
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<Row>(
      // never null: role

      `update access_links set revoked_at = now()
       where id = $1 and kind = 'invitation' and used_at is null and revoked_at is null returning ${columns}`,
      [id],
    );
    const row = rows[0];
    if (!row) throw gone();
    await audit(client, { action: 'person.uninvite', actor: viewer, object: objectOf(row) });
    return toInvitation(row);
  });
}

const objectOf = ({ id, name }: Row) => ({ type: 'invitation', id, name });

const gone = () =>
  conflict('This invitation has been used or taken back already. Reload the page to see who is on the team.', 'link_ended');

/** Whom a link was for is nobody's concern a month after its end. */
export async function forgetOldLinks(client: PoolClient): Promise<void> {
  await client.query(`delete from access_links where coalesce(used_at, revoked_at, expires_at) < now() - interval '30 days'`);
}
