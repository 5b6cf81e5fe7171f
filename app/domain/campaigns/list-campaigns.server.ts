import type { Database } from '#db/database.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { parseInput } from '../parse-input.ts';
import { type CampaignFilter, campaignFilter } from './campaign-input.ts';
import { type CampaignListItem, type CampaignListRow, listColumns, toCampaignListItem } from './campaign-json.ts';
import { retryWindowS } from './retry-window.server.ts';

export interface CampaignPage {
  data: CampaignListItem[];
  /** Null on the last page. */
  next_cursor: string | null;
}

/** Newest first, without html and text. `q` is any part of the name. @throws Problem 422 */
export async function listCampaigns(db: Database, filter: CampaignFilter = {}): Promise<CampaignPage> {
  const { status, channel, q, cursor, limit = 50 } = parseInput(campaignFilter, filter);
  const { rows } = await db.pool.query<CampaignListRow>(
    `select ${listColumns} from campaigns
     where ($1::campaign_status is null or status = $1) and ($2::channel is null or channel = $2)
       and ($3::text is null or name ilike $3) and ($4::bigint is null or id < $4)
     order by id desc limit $5`,
    [
      status ?? null,
      channel ?? null,
      q?.trim()
        ? `%${q
            .trim()
            .replaceAll('\0', '')
            .replace(/[\\%_]/g, '\\$&')}%`
        : null,
      cursor ? fromCursor(cursor, 'number') : null,
      limit + 1,
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const window = retryWindowS();
  return {
    data: page.map((row) => toCampaignListItem(row, window)),
    next_cursor: rows.length > limit && last ? toCursor(last.id) : null,
  };
}
