/**
 * Looking for people in all campaigns asks one_row_per_address of each campaign: some µs a campaign, however many recipients there are, and for a
 * short beginning at most a page of each. An index of addresses over all campaigns would answer in one step, and would cost every recipient
 * of every campaign a write to a random page of it.
 */
const inEachCampaign = (columns: string, where: string, limit: string) =>
  `campaigns c cross join lateral (
     select ${columns} from recipients
     where campaign_id = c.id and address < wanted.beginning || U&'\\+10FFFF' and ${where}
     order by address limit ${limit}
   ) as r`;

const wanted = '(select beginning collate "C" as beginning from unnest($1::text[]) as given(beginning)) as wanted';

/**
 * Messages to addresses with given beginnings, in all campaigns: by address, for each the newest first. A deleted draft's people, who stay
 * for some seconds, are left out.
 *
 * $1 beginnings (none the beginning of another), $2 after address, $3 and id, $4 limit
 */
export const messagesTo = (columns: string) =>
  `select c.id as campaign_id, c.name as campaign_name, c.channel as campaign_channel, c.status as campaign_status,
     ${columns}
   from ${wanted}
   cross join ${inEachCampaign('*', 'address >= greatest(wanted.beginning, $2) and (address > $2 or id < $3)', '$4')}
   order by r.address, r.id desc limit $4`;

/**
 * Different addresses with given beginnings, in their order.
 *
 * $1 beginnings (none the beginning of another), $2 limit
 */
export const addressesLike = `
  select distinct r.address from ${wanted} cross join ${inEachCampaign('address', 'address >= wanted.beginning', '$2')}
  order by r.address limit $2`;

/** One address of each of the newest text message campaigns: shows of which countries numbers are written without their code. */
export const sampleNumbers = `
  select r.address from (select id from campaigns where channel = 'sms' and total > 0 order by id desc limit 20) as c
  cross join lateral (select address from recipients where campaign_id = c.id order by id limit 1) as r`;
