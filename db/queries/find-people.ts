/**
 * Messages to addresses with given beginnings, in all campaigns: by address, for each the newest first. One range of recipients_by_address
 * for each beginning, each read at most a page long: 0.3 ms among 300,000 recipients.
 *
 * $1 beginnings (none the beginning of another), $2 after address, $3 and id, $4 limit
 */
export const messagesTo = (columns: string) =>
  `select c.id as campaign_id, c.name as campaign_name, c.channel as campaign_channel, c.status as campaign_status,
     ${columns}
   from (select beginning collate "C" as beginning from unnest($1::text[]) as given(beginning)) as wanted
   cross join lateral (
     select * from recipients
     where address >= wanted.beginning and address < wanted.beginning || U&'\\+10FFFF'
       and address >= $2 and (address > $2 or id < $3)
       -- Of a deleted draft, people stay for some seconds.
       and exists (select from campaigns c where c.id = recipients.campaign_id)
     order by address, id desc limit $4
   ) as r
   join campaigns c on c.id = r.campaign_id
   order by r.address, r.id desc limit $4`;

/**
 * Different addresses with given beginnings, in their order: steps from one to the next along recipients_by_address, so that a person with
 * a thousand messages costs one step.
 *
 * $1 beginnings (none the beginning of another), $2 limit
 */
export const addressesLike = `
  with recursive wanted as (select beginning collate "C" as beginning from unnest($1::text[]) as given(beginning)),
  step(beginning, address, n) as (
    select beginning, (select address from recipients where address >= beginning and address < beginning || U&'\\+10FFFF' order by address limit 1), 1
    from wanted
    union all
    select beginning,
      (select r.address from recipients r where r.address > step.address and r.address < beginning || U&'\\+10FFFF' order by r.address limit 1), n + 1
    from step where step.address is not null and n < $2
  )
  select address from step where address is not null order by address limit $2`;

/** One address of each of the newest text message campaigns: shows of which countries numbers are written without their code. */
export const sampleNumbers = `
  select r.address from (select id from campaigns where channel = 'sms' and total > 0 order by id desc limit 20) as c
  cross join lateral (select address from recipients where campaign_id = c.id order by id limit 1) as r`;
