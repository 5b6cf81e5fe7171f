import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { notFound } from '../problem.ts';
import { audit } from './audit.server.ts';
import type { Auth } from './auth.server.ts';
import type { Viewer } from './roles.ts';
import { deviceName, type SessionJson } from './session.ts';

interface Row {
  id: string;
  user_agent: string | null;
  ip_address: string | null;
  created_at: Date;
  updated_at: Date;
}

/** The id of the session that asks. */
export async function sessionOf(auth: Auth, headers: Headers): Promise<string | null> {
  return (await auth.sessions.api.getSession({ headers }))?.session.id ?? null;
}

/** Those that have not ended, the one used last first. @param here the one that asks */
export async function listSessions(db: Database, userId: string, here: string | null): Promise<SessionJson[]> {
  const { rows } = await db.pool.query<Row>(
    `select s.id, s.user_agent, s.ip_address, s.created_at, s.updated_at from app_sessions s, session_limits l
     where s.user_id::text = $1 and s.expires_at > now() and s.updated_at > now() - l.idle_hours * interval '1 hour'
       and s.created_at > now() - l.longest_days * interval '1 day'
     order by s.updated_at desc, s.id limit 100`,
    [userId],
  );
  return rows.map(({ id, user_agent, ip_address, created_at, updated_at }) => ({
    id,
    device: deviceName(user_agent),
    address: ip_address || null,
    began_at: created_at.toISOString(),
    used_at: updated_at.toISOString(),
    here: id === here,
  }));
}

/** One of one's own ends at once. @throws Problem 404 where it has ended already, or is somebody else's */
export async function endOwnSession(db: Database, viewer: Viewer, id: string): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    const { rowCount } = await client.query('delete from app_sessions where user_id::text = $1 and id::text = $2', [viewer.id, id]);
    if (!rowCount) throw notFound('There is no such session any more');
    await tell(client, viewer, rowCount);
  });
}

/** All of one's own but the one that asks. @returns how many */
export async function endOtherSessions(db: Database, viewer: Viewer, here: string | null): Promise<number> {
  return inTransaction(db.pool, async (client) => {
    const { rowCount } = await client.query('delete from app_sessions where user_id::text = $1 and id::text is distinct from $2', [
      viewer.id,
      here,
    ]);
    if (rowCount) await tell(client, viewer, rowCount);
    return rowCount ?? 0;
  });
}

async function tell(client: PoolClient, viewer: Viewer, sessions: number): Promise<void> {
  const object = { type: 'person', id: viewer.id, name: viewer.name };
  await audit(client, { action: 'session.revoke', actor: viewer, object, after: { sessions } });
}
