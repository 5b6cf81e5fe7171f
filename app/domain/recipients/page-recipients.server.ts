/**
 * Pages of a campaign's ledger. Every page reads about as many index entries as it shows rows, whatever the list's size and
 * the page's place in it: there is no OFFSET and no count.
 */

/** $1 campaign, $2 after id, $3 limit. Plan: index scan on the primary key. */
export const pageOfAll = (columns: string) =>
  `select ${columns} from recipients r where r.campaign_id = $1 and r.id > $2 order by r.id limit $3`;

type Status = 'pending' | 'queued' | 'sending' | 'retrying' | 'unknown' | 'sent' | 'failed' | 'suppressed' | 'cancelled';

/** Those that are listed as pending. */
const openStatuses: readonly Status[] = ['pending', 'queued', 'sending'];

/**
 * Walks along recipients_by_list, one for each place in which these statuses are listed: pending, queued and sending share one. The place is
 * written as a range that starts at the cursor: with `=`, a planner that has seen one status only reads the primary key past a
 * million rows to find none.
 *
 * Queued and sending ones alone are a few thousand, somewhere among the pending: that walk begins at the list's beginning and ends when it
 * has as many as the campaign's counter, which is of the same snapshot.
 *
 * @param after the cursor
 * @param limit of each walk
 */
function walksOfStatuses(statuses: readonly Status[], after: string, limit: string): string[] {
  const walk = (listedAs: Status, from: string, condition = '') =>
    `select * from recipients where campaign_id = $1 and (listed_as, id) > ('${listedAs}', ${from}) and listed_as <= '${listedAs}' ${condition}
     order by listed_as, id`;
  const open = statuses.filter((status) => openStatuses.includes(status));
  const among = `and status in (${open.map((status) => `'${status}'`).join(', ')})`;
  const walks = statuses.filter((status) => !open.includes(status)).map((status) => `${walk(status, after)} limit ${limit}`);
  if (open.includes('pending')) walks.push(`${walk('pending', after, among)} limit ${limit}`);
  else if (open.length > 0) {
    const all = `${walk('pending', '0', among)} limit (select ${open.join(' + ')} from campaigns where id = $1)`;
    walks.push(`select * from (${all}) as in_flight where id > ${after} order by id limit ${limit}`);
  }
  return walks;
}

/** $1 campaign, $2 after id, $3 limit. Each walk reads a page, that of those in flight all of them, and a small sort merges them. */
export const pageOfStatuses = (columns: string, statuses: readonly Status[]) => {
  const walks = walksOfStatuses([...new Set(statuses)], '$2', '$3');
  return `select ${columns} from (${walks.map((walk) => `(${walk})`).join(' union all ')}) as r order by r.id limit $3`;
};

/** $1 campaign, $2 after id, $3 limit, $4 failure code, $5 statuses or null. Plan: index scan on recipients_by_failure. */
export const pageOfCode = (columns: string) =>
  `select ${columns} from recipients r
   where r.campaign_id = $1 and r.failure_code = $4 and r.id > $2 and ($5::recipient_status[] is null or r.status = any($5))
   order by r.id limit $3`;

type Trouble = 'bounced' | 'undelivered' | 'complained' | 'unsubscribed';

/** The events that lead to those in trouble, and what shows that it is still so. */
const troubles: Record<Trouble, [kinds: string, still: string]> = {
  bounced: ["'bounced', 'blocked'", "r.delivery = 'bounced'"],
  undelivered: ["'undelivered', 'dropped'", "r.delivery = 'undelivered'"],
  complained: ["'complained'", "(r.complained_at is not null or r.delivery = 'complained')"],
  unsubscribed: ["'unsubscribed', 'stopped'", 'r.unsubscribed_at is not null'],
};

/** Is this recipient, `r`, in that trouble still? For readings of the whole ledger. */
export const inTrouble = (trouble: Trouble) => troubles[trouble][1];

/**
 * $1 campaign, $2 after id, $3 limit, $4 statuses or null, $5 failure code or null, $6 beginnings of addresses or null. Reads the campaign's
 * events of that kind, which are few.
 */
export const pageOfTrouble = (columns: string, trouble: Trouble) => {
  const [kinds, still] = troubles[trouble];
  return `select ${columns} from recipients r
   where r.campaign_id = $1 and r.id in (
       select e.recipient_id from provider_events e
       where e.campaign_id = $1 and e.kind in (${kinds})
         and e.kind in ('bounced', 'blocked', 'dropped', 'undelivered', 'complained', 'unsubscribed', 'stopped') and e.recipient_id > $2)
     and ${still} and ($4::recipient_status[] is null or r.status = any($4)) and ($5::text is null or r.failure_code = $5)
     and ${beginsWith('$6')}
   order by r.id limit $3`;
};

/** Does the address of `r` begin with one of these, where there are any? */
export const beginsWith = (beginnings: string) =>
  `(${beginnings}::text[] is null
    or exists (select from unnest(${beginnings}::text[]) as wanted(beginning) where starts_with(r.address, wanted.beginning)))`;

/**
 * $1 campaign, $2 after address, $3 limit, $4 beginnings, $5 statuses or null, $6 failure code or null.
 * One range of one_row_per_address for each beginning (its collation is "C", so a beginning is a range); U+10FFFF sorts last. The planner
 * takes every range for a short one. Status and code are written so that no index knows them, or it would read and sort all recipients with
 * that status: 350 ms for 50,000 of 1,000,000, against 3 ms for a walk along the addresses.
 */
export const pageOfSearch = (columns: string) =>
  `select ${columns} from (select distinct beginning collate "C" as beginning from unnest($4::text[]) as given(beginning)) as wanted
   cross join lateral (
     select * from recipients
     where campaign_id = $1 and address >= wanted.beginning and address < wanted.beginning || U&'\\+10FFFF' and address > $2
       and ($5::text[] is null or status::text = any($5)) and ($6::text is null or coalesce(failure_code, '') = $6)
     order by address limit $3
   ) as r
   order by r.address limit $3`;

/**
 * As pageOfSearch, for filters that few recipients pass (see fewPass): reads all of those by their status or code, and looks for the
 * beginning among them. The other way would walk past every address with that beginning to find the few.
 *
 * $1 campaign, $2 after address, $3 limit, $4 beginnings, $5 failure code or null
 */
export const pageOfSearchAmongFew = (columns: string, statuses: readonly Status[] | null) => {
  const walks = statuses && walksOfStatuses([...new Set(statuses)], '0', 'all');
  const few = walks
    ? `select * from (${walks.map((walk) => `(${walk})`).join(' union all ')}) as listed where $5::text is null or failure_code = $5`
    : 'select * from recipients where campaign_id = $1 and failure_code = $5';
  return `with few as materialized (${few})
   select ${columns} from few r
   where r.address > $2 and exists (select from unnest($4::text[]) as wanted(beginning) where starts_with(r.address, wanted.beginning))
   order by r.address limit $3`;
};

/**
 * Is it less work to read all who pass a filter than to walk along the addresses until a page of them is found? A page of 50 is 50 / passing
 * of the total away. A walk along addresses costs twice as much a row, since it jumps from page to page.
 */
export const fewPass = (passing: number, total: number) => passing * passing <= 100 * total;
