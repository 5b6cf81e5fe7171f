import type { Database } from '#db/database.ts';
import { ask, mayHere } from '../access/ask.server.ts';
import type { ActivityJson } from '../campaigns/activity.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { parseInput } from '../parse-input.ts';
import { type ActivityFilter, activityFilter } from './activity-filter.ts';
import { type ActivityRow, activityColumns, activityTables, toActivityJson } from './activity-row.server.ts';

export interface ActivityPage {
  data: ActivityJson[];
  /** Null on the last page. Belongs to lists in the same order. */
  next_cursor: string | null;
}

/** A page of the events of a campaign's life, oldest first unless asked otherwise. @throws Problem 404, 422 */
export async function listActivity(db: Database, campaignId: number, filter: ActivityFilter = {}): Promise<ActivityPage> {
  ask('campaigns:read');
  const { order = 'oldest', cursor, limit = 50 } = parseInput(activityFilter, filter);
  await getCampaign(db, campaignId);
  const after = order === 'oldest' ? '>' : '<';
  const direction = order === 'oldest' ? 'asc' : 'desc';
  const { rows } = await db.pool.query<ActivityRow>(
    `select ${activityColumns} from ${activityTables}
     where e.campaign_id = $1 and not e.details ? 'bulk' and ($2::bigint is null or e.id ${after} $2) order by e.id ${direction} limit $3`,
    [campaignId, cursor ? fromCursor(cursor, 'number') : null, limit + 1],
  );
  const named = mayHere('people:read');
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { data: page.map((row) => toActivityJson(row, named)), next_cursor: rows.length > limit && last ? toCursor(last.id) : null };
}
