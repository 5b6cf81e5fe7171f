import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import type { Limited } from '../access/key-limits.server.ts';
import { foreignCursor, fromCursor, toCursor } from '../cursor.ts';
import { heavyQuery } from '../heavy-reads.server.ts';
import { parseInput } from '../parse-input.ts';
import { type CampaignFilter, campaignFilter } from './campaign-input.ts';
import { type CampaignListItem, type CampaignListRow, listColumns, toCampaignListItem } from './campaign-json.ts';
import { retryWindowS } from './retry-window.server.ts';

export interface CampaignPage {
  data: CampaignListItem[];
  /** Null on the last page. */
  next_cursor: string | null;
}

/** Where a row stands by activity, to the microsecond: "2026-03-01T12:00:00.123456Z 7". */
const place = `to_char(active_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || id`;

/**
 * Newest first, or with `sort` "activity" the one first that something happened to last; without html and text. `q` is any part of the name
 * or the subject. A key that is limited is told of its own alone.
 *
 * @throws Problem 422
 */
export async function listCampaigns(db: Database, filter: CampaignFilter = {}, own: Limited = {}): Promise<CampaignPage> {
  ask('campaigns:read');
  const { status, channel, q, approval, cursor, sort = 'created', limit = 50 } = parseInput(campaignFilter, filter);
  const byActivity = sort === 'activity';
  const { rows } = await heavyQuery<CampaignListRow & { place?: string }>(
    db,
    `select ${listColumns}${byActivity ? `, ${place} as place` : ''} from campaigns
     where ($1::campaign_status is null or status = $1) and ($2::channel is null or channel = $2)
       ${approval ? `and approval ->> 'state' = 'waiting' and status in ('DRAFT', 'SCHEDULED')` : ''}
       and ($3::text is null or name ilike $3 or subject ilike $3)
       and ($6::bigint is null or id = $6) and ($7::channel is null or channel = $7)
       and ${byActivity ? '($4::text is null or (active_at, id) < (split_part($4, $8, 1)::timestamptz, split_part($4, $8, 2)::bigint))' : '($4::bigint is null or id < $4)'}
     order by ${byActivity ? 'active_at desc, ' : ''}id desc limit $5`,
    [
      status ?? null,
      channel ?? null,
      q?.trim()
        ? `%${q
            .trim()
            .replaceAll('\0', '')
            .replace(/[\\%_]/g, '\\$&')}%`
        : null,
      cursor ? (byActivity ? placeOf(cursor) : fromCursor(cursor, 'number')) : null,
      limit + 1,
      own.campaignId ?? null,
      own.channel ?? null,
      ...(byActivity ? [' '] : []),
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const window = retryWindowS();
  return {
    data: page.map(({ place: _, ...row }) => toCampaignListItem(row, window)),
    next_cursor: rows.length > limit && last ? toCursor(last.place ?? last.id) : null,
  };
}

/** How many wait for an approval. */
export async function countWaiting(db: Database): Promise<number> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<{ waiting: number }>(
    // never null: waiting
    `select count(*)::integer as waiting from campaigns where approval ->> 'state' = 'waiting' and status in ('DRAFT', 'SCHEDULED')`,
  );
  return rows[0]?.waiting ?? 0;
}

/** @throws Problem 422 where the cursor is not one of this list */
function placeOf(cursor: string): string {
  const found = fromCursor(cursor, 'string');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [1-9]\d{0,14}$/.test(found)) throw foreignCursor();
  return found;
}
