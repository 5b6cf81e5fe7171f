import { APIError } from 'better-auth/api';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, notFound, Problem } from '../problem.ts';
import type { Auth } from './auth.server.ts';
import { oneAtATime } from './people-guard.server.ts';
import { newRole } from './people-input.ts';
import type { Person } from './person.ts';
import { isRole, type Role } from './roles.ts';

interface Access {
  auth: Auth;
  db: Database;
}

type Row = Omit<Person, 'role' | 'created_at' | 'seen_at'> & { role: string | null; created_at: Date; seen_at: Date | null };

const select = `
  select u.id, u.name, u.email, u.role, coalesce(u.banned, false) as disabled, u.created_at,
    (select max(updated_at) from app_sessions where user_id = u.id) as seen_at
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

/** Holds from the next request on. @throws Problem 404, 409 for oneself and for the last administrator, 422 */
export async function changeRole(access: Access, headers: Headers, id: string, input: { role: string }): Promise<Person> {
  const { role } = parseInput(newRole, input as { role: Role });
  return guarded(access, headers, id, role === 'admin' ? null : 'change your own role', () =>
    access.auth.sessions.api.setRole({ body: { userId: id, role }, headers }),
  );
}

/** Ends all their sessions, and no new one begins. @throws Problem 404, 409 for oneself and for the last administrator */
export async function disablePerson(access: Access, headers: Headers, id: string): Promise<Person> {
  return guarded(access, headers, id, 'disable your own account', () =>
    access.auth.sessions.api.banUser({ body: { userId: id, banReason: 'Disabled by an administrator.' }, headers }),
  );
}

/** @throws Problem 404 */
export async function enablePerson(access: Access, headers: Headers, id: string): Promise<Person> {
  return guarded(access, headers, id, null, () => access.auth.sessions.api.unbanUser({ body: { userId: id }, headers }));
}

async function getPerson(db: Database, id: string): Promise<Person> {
  const { rows } = await db.pool.query<Row>(`${select} where u.id::text = $1`, [id]);
  if (!rows[0]) throw notFound('There is nobody');
  return toPerson(rows[0]);
}

/** @param takesAccess what may not be done to oneself; null where the act takes nobody's access */
async function guarded(
  { auth, db }: Access,
  headers: Headers,
  id: string,
  takesAccess: string | null,
  act: () => Promise<unknown>,
): Promise<Person> {
  await inTransaction(db.pool, async (client) => {
    await oneAtATime(client);
    await getPerson(db, id);
    if (takesAccess) {
      const session = await auth.sessions.api.getSession({ headers });
      if (session?.user.id === id) throw conflict(`You cannot ${takesAccess}. Ask another administrator.`, 'own_account');
      const { rowCount } = await client.query(`select from app_users where role = 'admin' and banned is not true and id::text <> $1`, [id]);
      if (!rowCount) throw conflict('This is the last administrator. Make somebody else an administrator first.', 'last_administrator');
    }
    try {
      await act();
    } catch (error) {
      if (!(error instanceof APIError) || error.statusCode >= 500) throw error;
      throw new Problem(error.statusCode, 'forbidden', 'This was refused. Sign in again and try once more.', { cause: error });
    }
  });
  return getPerson(db, id);
}
