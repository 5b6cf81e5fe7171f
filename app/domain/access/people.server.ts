import type { Pool, PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, isProblem, notFound } from '../problem.ts';
import { ask } from './ask.server.ts';
import { audit } from './audit.server.ts';
import type { AuditAction } from './audit-actions.ts';
import { assertRuns, assertRunsStill, oneAtATime } from './people-guard.server.ts';
import { newName, newRole } from './people-input.ts';
import type { Person } from './person.ts';
import { isRole, type Role, type Viewer } from './roles.ts';
import { forgetSecondFactor } from './second-factor.server.ts';

type Row = Omit<Person, 'role' | 'created_at' | 'seen_at'> & { role: string | null; created_at: Date; seen_at: Date | null };

const select = `
  select u.id, u.name, u.email, u.role, coalesce(u.banned, false) as disabled, u.created_at,
    (select max(updated_at) from app_sessions where user_id = u.id) as seen_at,
    exists (select from second_factors f where f.user_id = u.id and f.seed is not null) as second_factor
  from app_users u`;

function toPerson(row: Row): Person {
  return {
    ...row,
    // Somebody without a role of ours can do nothing; the least is what it comes closest to.
    role: isRole(row.role) ? row.role : 'analyst',
    created_at: row.created_at.toISOString(),
    seen_at: row.seen_at?.toISOString() ?? null,
  };
}

/** By name; those who are disabled last. */
export async function listPeople(db: Database): Promise<Person[]> {
  ask('settings:write');
  const { rows } = await db.pool.query<Row>(`${select} order by disabled, lower(u.name), u.id`);
  return rows.map(toPerson);
}

/** Whom to ask for what needs an administrator. */
export async function listAdministrators(db: Database): Promise<{ name: string; email: string }[]> {
  const { rows } = await db.pool.query<{ name: string; email: string }>(
    `select name, email from app_users where role = 'admin' and banned is not true order by lower(name), id limit 20`,
  );
  return rows;
}

/** Holds from the next request on. @throws Problem 403, 404, 409 for oneself and for the last administrator, 422 */
export async function changeRole(db: Database, viewer: Viewer, id: string, input: { role: string }): Promise<Person> {
  const { role } = parseInput(newRole, input as { role: Role });
  return guarded(db, viewer, id, role === 'admin' ? null : 'change your own role', async (client, former) => {
    await client.query('update app_users set role = $2, updated_at = now() where id = $1', [id, role]);
    await tell(client, viewer, 'person.role', former, { role: former.role }, { role });
  });
}

/** Ends all their sessions, open pages and keys, and no new one begins. @throws Problem 403, 404, 409 for oneself and for the last administrator */
export async function disablePerson(db: Database, viewer: Viewer, id: string): Promise<Person> {
  return guarded(db, viewer, id, 'disable your own account', async (client, former) => {
    await client.query(
      `update app_users set banned = true, ban_reason = 'Disabled by an administrator.', updated_at = now() where id = $1`,
      [id],
    );
    await client.query('delete from app_sessions where user_id = $1', [id]);
    await tell(client, viewer, 'person.disable', former);
  });
}

/** @throws Problem 403, 404 */
export async function enablePerson(db: Database, viewer: Viewer, id: string): Promise<Person> {
  return guarded(db, viewer, id, null, async (client, former) => {
    await client.query('update app_users set banned = false, ban_reason = null, ban_expires = null, updated_at = now() where id = $1', [
      id,
    ]);
    await tell(client, viewer, 'person.enable', former);
  });
}

/** What they did before keeps the name that it was done under. @throws Problem 403, 404, 422 */
export async function renamePerson(db: Database, viewer: Viewer, id: string, input: { name: string }): Promise<Person> {
  const { name } = parseInput(newName, input);
  return guarded(db, viewer, id, null, async (client, former) => {
    await client.query('update app_users set name = $2, updated_at = now() where id = $1', [id, name]);
    await tell(client, viewer, 'person.change', former, { name: former.name }, { name });
  });
}

/** The account is gone, with its sessions; its keys are revoked. What they did stays on record. @throws Problem 403, 404, 409 as for disabling */
export async function deletePerson(db: Database, viewer: Viewer, id: string): Promise<Person> {
  return guarded(db, viewer, id, 'delete your own account', async (client, former) => {
    await client.query('delete from app_users where id = $1', [id]);
    await tell(client, viewer, 'person.delete', former, { email: former.email, role: former.role });
  });
}

/** They are signed out everywhere. @throws Problem 403, 404 */
export async function endSessions(db: Database, viewer: Viewer, id: string): Promise<Person> {
  return guarded(db, viewer, id, null, async (client, former) => {
    const { rowCount } = await client.query('delete from app_sessions where user_id = $1', [id]);
    if (rowCount) await tell(client, viewer, 'session.revoke', former, null, { sessions: rowCount });
  });
}

/**
 * Somebody's phone and recovery codes are gone: the password alone opens the account until they have set up another. They are signed out.
 *
 * @throws Problem 403, 404, 409 for oneself, and where there is none
 */
export async function takeSecondFactor(db: Database, viewer: Viewer, id: string): Promise<Person> {
  if (viewer.id === id) throw conflict('You turn your own off in your account, with your password.', 'own_account');
  return guarded(db, viewer, id, null, async (client, former) => {
    if (!(await forgetSecondFactor(client, id))) throw conflict(`${former.name} has no second factor. Reload the page.`);
    await client.query('delete from app_sessions where user_id = $1', [id]);
    await tell(client, viewer, 'person.factor_end', former);
  });
}

function tell(
  client: PoolClient,
  actor: Viewer,
  action: AuditAction,
  { id, name }: Person,
  before: Record<string, unknown> | null = null,
  after: Record<string, unknown> | null = null,
): Promise<void> {
  return audit(client, { action, actor, object: { type: 'person', id, name }, before, after });
}

/** @throws Problem 404 */
export async function getPerson(pool: Pool | PoolClient, id: string): Promise<Person> {
  ask('settings:write');
  const { rows } = await pool.query<Row>(`${select} where u.id::text = $1`, [id]);
  if (!rows[0]) throw notFound('There is nobody');
  return toPerson(rows[0]);
}

/**
 * One act on people at a time, by somebody who is an administrator at that moment.
 *
 * @param takesAccess what may not be done to oneself; null where the act takes nobody's access
 * @returns the person as they are after it; who was deleted, as they were
 */
async function guarded(
  db: Database,
  viewer: Viewer,
  id: string,
  takesAccess: string | null,
  act: (client: PoolClient, former: Person) => Promise<void>,
): Promise<Person> {
  assertRuns(viewer);
  return inTransaction(db.pool, async (client) => {
    await oneAtATime(client);
    const former = await getPerson(client, id);
    if (takesAccess) {
      if (viewer.id === id) throw conflict(`You cannot ${takesAccess}. Ask another administrator.`, 'own_account');
      const { rowCount } = await client.query(`select from app_users where role = 'admin' and banned is not true and id::text <> $1`, [id]);
      if (!rowCount) throw conflict('This is the last administrator. Make somebody else an administrator first.', 'last_administrator');
    }
    await assertRunsStill(client, viewer);
    await act(client, former);
    return getPerson(client, id).catch((error: unknown) => {
      if (isProblem(error)) return former;
      throw error;
    });
  });
}
