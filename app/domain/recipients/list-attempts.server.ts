import type { Database } from '#db/database.ts';
import { inFlight } from '#db/ledger/in-flight.ts';
import { ask } from '../access/ask.server.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { parseInput } from '../parse-input.ts';
import { type AttemptFilter, attemptFilter } from './attempt-filter.ts';
import type { AttemptJson } from './recipient.ts';
import { type AttemptRow, attemptColumns, toAttemptJson } from './recipient-json.ts';

/**
 * A page of a campaign's attempt log, oldest first, by when they began. It ends before the oldest that is still under way: one that began
 * early and ends late would else stand before a cursor that has passed. @throws Problem 404, 422
 */
export async function listAttempts(
  db: Database,
  campaignId: number,
  filter: AttemptFilter = {},
): Promise<{ data: AttemptJson[]; next_cursor: string | null }> {
  ask('people:read');
  const { cursor, limit = 50 } = parseInput(attemptFilter, filter);
  await getCampaign(db, campaignId);
  const { rows } = await db.pool.query<AttemptRow>(
    `select ${attemptColumns} from attempts a
     where a.campaign_id = $1 and a.id > $2 and a.id < coalesce((
       select min(attempt_id) from campaigns c cross join lateral (${inFlight('attempt_id', 'sending')}) under_way
       where c.id = $1 and c.sending > 0), ${Number.MAX_SAFE_INTEGER})
     order by a.id limit $3`,
    [campaignId, cursor ? fromCursor(cursor, 'number') : 0, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { data: page.map(toAttemptJson), next_cursor: rows.length > limit && last ? toCursor(last.id) : null };
}
