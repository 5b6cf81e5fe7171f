import { messageColumns, onlyLost } from '../recipients/message-rows.server.ts';

/**
 * Looking for people in all campaigns asks one_row_per_address of each campaign: some µs a campaign, however many recipients there are, and for a
 * short beginning at most a page of each. An index of addresses over all campaigns would answer in one step, and would cost every recipient
 * of every campaign a write to a random page of it.
 */
const inEachCampaign = (columns: string, where: string, limit: string) =>
  `campaigns c cross join lateral (
     select ${columns} from recipients s
     where campaign_id = c.id and address < wanted.beginning || U&'\\+10FFFF' and ${where}
     order by address limit ${limit}
   ) as r`;

const wanted = '(select beginning collate "C" as beginning from unnest($1::text[]) as given(beginning)) as wanted';

/**
 * Messages to addresses with given beginnings, in all campaigns: by address, for each the newest first. A deleted draft's people, who stay
 * for some seconds, are left out.
 *
 * $1 beginnings (none the beginning of another), $2 after address, $3 and id, $4 limit, $5 only what did not arrive
 */
export const messagesTo = (columns: string) =>
  `select ${messageColumns(columns)}
   from ${wanted}
   cross join ${inEachCampaign('*', `address >= greatest(wanted.beginning, $2) and (address > $2 or id < $3) and ${onlyLost('$5', 's')}`, '$4')}
   order by r.address, r.id desc limit $4`;

/**
 * Different addresses with given beginnings: what was asked for itself first, then in their order.
 *
 * $1 beginnings (none the beginning of another), $2 limit
 */
export const addressesLike = `
  select r.address from ${wanted} cross join ${inEachCampaign('address', 'address >= wanted.beginning', '$2')}
  group by r.address order by (r.address = any($1)) desc, r.address limit $2`;

/**
 * Messages that a provider calls so, the newest first. The log of attempts has an index of these ids that is small and coarse.
 *
 * $1 ids, $2 limit, $3 only what did not arrive
 */
export const messagesCalled = (columns: string) =>
  `select ${messageColumns(columns)}
   from (select distinct campaign_id, recipient_id from attempts where provider_message_id = any($1)) as a
   join recipients r on r.campaign_id = a.campaign_id and r.id = a.recipient_id join campaigns c on c.id = r.campaign_id
   where ${onlyLost('$3', 'r')} order by r.id desc limit $2`;
