import { messageColumns, onlyLost } from '../recipients/message-rows.server.ts';

/**
 * Looking for people by what no index knows: a name or another column of the contact file, or the end of a number. Recipients are walked from the
 * newest campaign's last one back, some thousands at a time, so that whoever asks decides how long it may take.
 */

/** Recipients a step. */
export const STEP = 20_000;

/** Where the step ends that begins before $1 campaign, $2 recipient; none: there are fewer left than a step has. */
export const endOfStep = `
  select campaign_id as campaign, id as recipient from recipients where (campaign_id, id) < ($1::bigint, $2::bigint)
  order by campaign_id desc, id desc offset ${STEP - 1} limit 1`;

/**
 * Those of a step that match, the newest first. $1 and $2 as above; $3 patterns for `ilike` that must all occur in the columns, $4 the same as
 * regular expressions at the beginning of a word; $5 what a number ends with; $6 limit,
 * $7 only what did not arrive. $3 and $4, or $5, may be null.
 */
export const matchesWithin = (columns: string) =>
  `select ${messageColumns(columns)}
   from (
     select * from recipients where (campaign_id, id) < ($1::bigint, $2::bigint) order by campaign_id desc, id desc limit ${STEP}
   ) as r join campaigns c on c.id = r.campaign_id
   where (($5::text is not null and r.address like '+%' || $5)
     or ($3::text[] is not null and r.variables::text ilike all ($3)
       and (select string_agg(value, ' ') from jsonb_each_text(r.variables)) ~* all ($4::text[])))
     and ${onlyLost('$7', 'r')}
   order by r.campaign_id desc, r.id desc limit $6`;
