import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import type { Delivery, RecipientChange, RecipientStatus, WatchedRows } from './recipient.ts';

interface Row {
  version: number;
  id: number | null;
  status: RecipientStatus;
  attempts: number;
  due: Date | null;
  failure_code: string | null;
  delivery: Delivery | null;
}

/** The rows and the campaign's version in one snapshot; null where there is no such campaign. Ids of other campaigns are left out. */
export async function watchedRows(db: Database, campaignId: number, ids: readonly number[]): Promise<WatchedRows | null> {
  ask('people:read');
  const { rows } = await db.pool.query<Row>(
    `select c.version, r.id, r.status, r.attempts, coalesce(r.next_attempt_at, r.unknown_until) as due, r.failure_code, r.delivery
     from campaigns c left join recipients r on r.campaign_id = c.id and r.id = any($2::bigint[])
     where c.id = $1`,
    [campaignId, ids],
  );
  if (!rows[0]) return null;
  return { version: rows[0].version, recipients: rows.filter(({ id }) => id !== null).map(change) };
}

function change({ id, status, attempts, due, failure_code, delivery }: Row): RecipientChange {
  return { id: id as number, status, attempts, next_attempt_at: due?.toISOString() ?? null, failure_code, delivery };
}
