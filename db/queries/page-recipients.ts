/**
 * Pages of a campaign's ledger. Every page reads about as many index entries as it shows rows, whatever the list's size and
 * the page's place in it: there is no OFFSET and no count.
 */

/** $1 campaign, $2 after id, $3 limit. Plan: index scan on the primary key. */
export const pageOfAll = (columns: string) =>
  `select ${columns} from recipients r where r.campaign_id = $1 and r.id > $2 order by r.id limit $3`;

/**
 * $1 campaign, $2 after id, $3 limit, $4 statuses. One scan of recipients_by_status for each status, each at most a page long,
 * merged by a small sort; a plain `status = any(...)` would sort every recipient with those statuses. The status is written as a range
 * that starts at the cursor: with `=`, a planner that has seen one status only reads the primary key past a million rows to find none.
 */
export const pageOfStatuses = (columns: string) =>
  `select ${columns} from unnest($4::recipient_status[]) as wanted(status)
   cross join lateral (
     select * from recipients
     where campaign_id = $1 and (status, id) > (wanted.status, $2) and status <= wanted.status
     order by status, id limit $3
   ) as r
   order by r.id limit $3`;

/** $1 campaign, $2 after id, $3 limit, $4 failure code, $5 statuses or null. Plan: index scan on recipients_by_failure. */
export const pageOfCode = (columns: string) =>
  `select ${columns} from recipients r
   where r.campaign_id = $1 and r.failure_code = $4 and r.id > $2 and ($5::recipient_status[] is null or r.status = any($5))
   order by r.id limit $3`;

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
 * As pageOfSearch, for filters that few recipients pass (FEW_RECIPIENTS at most): reads all of those by their status or code, and looks
 * for the beginning among them. The other way would walk past every address with that beginning to find the few.
 */
export const pageOfSearchAmongFew = (columns: string) =>
  `with few as materialized (
     select * from recipients
     where campaign_id = $1 and ($5::recipient_status[] is null or status = any($5)) and ($6::text is null or failure_code = $6)
   )
   select ${columns} from few r
   where r.address > $2 and exists (select from unnest($4::text[]) as wanted(beginning) where starts_with(r.address, wanted.beginning))
   order by r.address limit $3`;

/** 10,000 rows are read and filtered in about 10 ms. */
export const FEW_RECIPIENTS = 10_000;
