import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { currentDoor } from '../access/door.server.ts';
import { numbersInUse } from '../addresses/numbers-in-use.server.ts';
import { type Channel, channels } from '../channel.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { heavyQuery } from '../heavy-reads.server.ts';
import { parseInput } from '../parse-input.ts';
import { beginnings } from './spelling.server.ts';
import type { SuppressionJson, SuppressionReasonJson } from './suppression.ts';
import { type SuppressionFilter, suppressionFilter } from './suppression-input.ts';

export interface SuppressionPage {
  data: SuppressionJson[];
  next_cursor: string | null;
}

/** A row as the driver reads it; times within JSON are text. */
export type SuppressionRow = Pick<SuppressionJson, 'id' | 'channel' | 'address'> & {
  created_at: Date;
  reasons: SuppressionReasonJson[] | null;
};

/** Of `suppressions s`: its columns, and the reasons that stand for it. */
export const suppressionColumns = `s.id, s.channel, s.address, s.created_at, (
  select json_agg(json_build_object('reason', r.reason, 'source', r.source, 'campaign_id', r.campaign_id, 'recipient_id', r.recipient_id,
    'created_at', r.created_at, 'created_by', r.created_by, 'note', r.note) order by r.reason desc, r.suppressed_at desc, r.source)
  from suppression_reasons r where r.suppression_id = s.id) as reasons`;

/** A key for one campaign is told that other reasons stand and since when, and nothing of where they came from. */
export function toSuppressionJson({ created_at, reasons, ...row }: SuppressionRow): SuppressionJson {
  const own = currentDoor()?.asker?.campaignId;
  const all = (reasons ?? []).map((one) => ({
    ...one,
    ...(own !== undefined && one.campaign_id !== own && { campaign_id: null, recipient_id: null, created_by: null, note: null }),
    created_at: new Date(one.created_at).toISOString(),
  }));
  const [{ reason, campaign_id, recipient_id, created_by } = { ...none }] = all;
  return { ...row, reason, campaign_id, recipient_id, created_at: created_at.toISOString(), created_by, reasons: all };
}

const none = { reason: 'manual' as const, campaign_id: null, recipient_id: null, created_by: null };

/**
 * A page of the list, newest first; with `q` in the order of addresses. Takes the same time for any size of list.
 *
 * @throws Problem 422 for a bad filter
 */
export async function listSuppressions(db: Database, filter: SuppressionFilter = {}): Promise<SuppressionPage> {
  ask('people:read');
  const { channel, reason, q, cursor, limit } = parseInput(suppressionFilter, filter);
  const wanted = [channel ? [channel] : channels, reason ?? null, limit + 1];
  if (q?.trim()) {
    // One range of the unique index for each channel and beginning (the collation is "C", and U+10FFFF sorts last).
    const { rows } = await heavyQuery<SuppressionRow>(
      db,
      `select ${suppressionColumns} from unnest($1::channel[]) as wanted(channel)
       cross join unnest($4::text[]) as given(beginning)
       cross join lateral (
         select * from suppressions
         where channel = wanted.channel and address >= given.beginning collate "C" and address < given.beginning || U&'\\+10FFFF' collate "C"
           and address > $5 and ($2::suppression_reason is null
             or exists (select from suppression_reasons r where r.suppression_id = suppressions.id and r.reason = $2))
         order by address limit $3
       ) as s
       order by s.address limit $3`,
      [...wanted, beginnings(q, channel, await suppressedNumbers(db, channel)), cursor ? fromCursor(cursor, 'string') : ''],
    );
    return page(rows, limit, (row) => row.address);
  }
  const before = cursor ? fromCursor(cursor, 'number') : Number.MAX_SAFE_INTEGER;
  // With a reason along its own index, which has an address once for each source.
  const { rows } = await heavyQuery<SuppressionRow>(
    db,
    `select ${suppressionColumns} from (
       select id from suppressions where $2::suppression_reason is null and id < $4 and channel = any($1::channel[])
       union all
       select distinct w.suppression_id from suppression_reasons w where $2 is not null and w.reason = $2 and w.suppression_id < $4
     ) as wanted join suppressions s using (id)
     where s.channel = any($1::channel[]) order by s.id desc limit $3`,
    [...wanted, before],
  );
  return page(rows, limit, (row) => row.id);
}

/** One number of each country in the list. */
async function suppressedNumbers(db: Database, channel: Channel | undefined): Promise<string[]> {
  if (channel === 'email') return [];
  const { rows } = await heavyQuery<{ address: string }>(db, numbersInUse(`suppressions where channel = 'sms'`), []);
  return rows.map(({ address }) => address);
}

function page(rows: SuppressionRow[], limit: number, key: (row: SuppressionRow) => number | string): SuppressionPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(toSuppressionJson), next_cursor: rows.length > limit && last ? toCursor(key(last)) : null };
}

/** Names of the campaigns that these came from, by id. */
export async function campaignNames(db: Database, rows: readonly SuppressionJson[]): Promise<Record<number, string>> {
  ask('campaigns:read');
  const ids = [
    ...new Set(rows.flatMap(({ reasons }) => reasons.flatMap(({ campaign_id }) => (campaign_id === null ? [] : [campaign_id])))),
  ];
  if (ids.length === 0) return {};
  const found = await db.pool.query<{ id: number; name: string }>('select id, name from campaigns where id = any($1::bigint[])', [ids]);
  return Object.fromEntries(found.rows.map(({ id, name }) => [id, name]));
}
