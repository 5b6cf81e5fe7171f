import type { Database } from '#db/database.ts';
import { channels } from '../campaigns/campaign.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { parseInput } from '../parse-input.ts';
import { beginnings } from './spelling.server.ts';
import { type SuppressionFilter, type SuppressionJson, suppressionFilter } from './suppression.ts';

export interface SuppressionPage {
  data: SuppressionJson[];
  next_cursor: string | null;
}

export type SuppressionRow = Omit<SuppressionJson, 'created_at'> & { created_at: Date };

export const suppressionColumns = 's.id, s.channel, s.address, s.reason, s.campaign_id, s.recipient_id, s.created_at, s.created_by';

export function toSuppressionJson({ created_at, ...row }: SuppressionRow): SuppressionJson {
  return { ...row, created_at: created_at.toISOString() };
}

/**
 * A page of the list, newest first; with `q` in the order of addresses. Takes the same time for any size of list.
 *
 * @throws Problem 422 for a bad filter
 */
export async function listSuppressions(db: Database, filter: SuppressionFilter = {}): Promise<SuppressionPage> {
  const { channel, reason, q, cursor, limit } = parseInput(suppressionFilter, filter);
  const wanted = [channel ? [channel] : channels, reason ?? null, limit + 1];
  if (q?.trim()) {
    // One range of the unique index for each channel and beginning (the collation is "C", and U+10FFFF sorts last).
    const { rows } = await db.pool.query<SuppressionRow>(
      `select ${suppressionColumns} from unnest($1::channel[]) as wanted(channel)
       cross join unnest($4::text[]) as given(beginning)
       cross join lateral (
         select * from suppressions
         where channel = wanted.channel and address >= given.beginning collate "C" and address < given.beginning || U&'\\+10FFFF' collate "C"
           and address > $5 and ($2::suppression_reason is null or reason = $2)
         order by address limit $3
       ) as s
       order by s.address limit $3`,
      [...wanted, beginnings(q, channel), cursor ? fromCursor(cursor, 'string') : ''],
    );
    return page(rows, limit, (row) => row.address);
  }
  const { rows } = await db.pool.query<SuppressionRow>(
    `select ${suppressionColumns} from suppressions s
     where s.id < $4 and s.channel = any($1::channel[]) and ($2::suppression_reason is null or s.reason = $2)
     order by s.id desc limit $3`,
    [...wanted, cursor ? fromCursor(cursor, 'number') : Number.MAX_SAFE_INTEGER],
  );
  return page(rows, limit, (row) => row.id);
}

function page(rows: SuppressionRow[], limit: number, key: (row: SuppressionRow) => number | string): SuppressionPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(toSuppressionJson), next_cursor: rows.length > limit && last ? toCursor(key(last)) : null };
}

/** @returns null where it is not on the list (any more) */
export async function getSuppression(db: Database, id: number): Promise<SuppressionJson | null> {
  const { rows } = await db.pool.query<SuppressionRow>(`select ${suppressionColumns} from suppressions s where s.id = $1`, [id]);
  return rows[0] ? toSuppressionJson(rows[0]) : null;
}

/** Names of the campaigns that these came from, by id. */
export async function campaignNames(db: Database, rows: readonly SuppressionJson[]): Promise<Record<number, string>> {
  const ids = [...new Set(rows.flatMap(({ campaign_id }) => (campaign_id === null ? [] : [campaign_id])))];
  if (ids.length === 0) return {};
  const found = await db.pool.query<{ id: number; name: string }>('select id, name from campaigns where id = any($1::bigint[])', [ids]);
  return Object.fromEntries(found.rows.map(({ id, name }) => [id, name]));
}
