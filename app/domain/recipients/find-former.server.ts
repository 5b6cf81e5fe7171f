import { messageColumns, onlyLost } from './message-rows.server.ts';

/**
 * Recipients found by an address that they had before it was corrected: corrections are made by hand and few. Who is found by the address of
 * now, too, is left out.
 *
 * $1 beginnings (none the beginning of another), $2 limit, $3 campaign or null for all, $4 statuses or null, $5 failure code or null,
 * $6 only what did not arrive
 */
export const formerMatches = (columns: string) =>
  `select ${messageColumns(columns)}, r.former_address
   from unnest($1::text[]) as given(beginning)
   cross join lateral (
     select now_at.*, f.address as former_address from former_addresses f
     join recipients now_at on now_at.campaign_id = f.campaign_id and now_at.id = f.recipient_id
     where f.address >= given.beginning collate "C" and f.address < given.beginning || U&'\\+10FFFF' collate "C"
       and ($3::bigint is null or f.campaign_id = $3)
       and ($4::text[] is null or now_at.status::text = any($4)) and ($5::text is null or now_at.failure_code = $5)
       and ${onlyLost('$6', 'now_at')}
       and not exists (select from unnest($1::text[]) as other(beginning) where starts_with(now_at.address, other.beginning))
       and not exists (
         select from former_addresses later
         where later.recipient_id = f.recipient_id and later.round > f.round and starts_with(later.address, given.beginning))
     order by f.address, f.recipient_id limit $2
   ) as r
   join campaigns c on c.id = r.campaign_id
   order by r.former_address, r.address, r.id desc limit $2`;

/** So many of them at most come before a search's first page, which is no longer for it. */
export const mostFormer = (limit: number) => Math.min(20, limit - 1);
