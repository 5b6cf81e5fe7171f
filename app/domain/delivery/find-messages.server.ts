import type { Pool, PoolClient } from 'pg';
import type { AttemptKey } from '#db/ledger/learn.ts';

/** An event whose ids got lost on the way. */
export interface LostRow {
  eventId: string;
  channel: 'email' | 'sms';
  /** In the ledger's spelling. */
  address: string | null;
  messageIds: readonly string[];
}

/**
 * Finds the messages that events are about by what the provider called them. Each campaign's index of addresses is asked for the address, as is
 * the list of corrected ones, so that the log of attempts needs no index of message ids; one walk through it for those that name nobody.
 *
 * @returns by event id; who is named twice by one id (a call shared by many) is left out
 */
export async function findMessages(client: Pool | PoolClient, rows: readonly LostRow[]): Promise<Map<string, AttemptKey>> {
  const named = rows.filter(({ address, messageIds }) => address !== null && messageIds.length > 0);
  const found = new Map<string, AttemptKey>();
  if (named.length > 0) {
    const byAddress = await client.query<AttemptKey & { eventId: string }>(
      `with lost as (
         select event_id, channel, address collate "C" as address, string_to_array(ids, ' ') as ids
         from unnest($1::text[], $2::channel[], $3::text[], $4::text[]) as t (event_id, channel, address, ids)
       ),
       people as (
         select lost.*, r.campaign_id, r.id from lost join campaigns c on c.channel = lost.channel
         cross join lateral (select campaign_id, id from recipients where campaign_id = c.id and address = lost.address limit 1) as r
         union
         select lost.*, f.campaign_id, f.recipient_id from lost join former_addresses f on f.address = lost.address
       )
       select distinct on (p.event_id) p.event_id as "eventId", p.campaign_id as "campaignId", p.id as "recipientId", a.id as "attemptId"
       from people p join attempts a on a.recipient_id = p.id and a.provider_message_id = any(p.ids)
       order by p.event_id, a.id desc`,
      [
        named.map(({ eventId }) => eventId),
        named.map(({ channel }) => channel),
        named.map(({ address }) => address),
        named.map(({ messageIds }) => messageIds.join(' ')),
      ],
    );
    for (const { eventId, ...key } of byAddress.rows) found.set(eventId, key);
  }
  const nameless = rows.filter(({ eventId, messageIds }) => messageIds.length > 0 && !found.has(eventId));
  if (nameless.length === 0) return found;
  const { rows: attempts } = await client.query<AttemptKey & { messageId: string }>(
    // never null: messageId

    `select provider_message_id as "messageId", min(campaign_id) as "campaignId", min(recipient_id) as "recipientId", max(id) as "attemptId"
     from attempts where provider_message_id = any($1) group by provider_message_id having count(distinct recipient_id) = 1`,
    [nameless.flatMap(({ messageIds }) => messageIds)],
  );
  const byMessage = new Map(attempts.map(({ messageId, ...key }) => [messageId, key]));
  for (const { eventId, messageIds } of nameless) {
    const key = messageIds.map((id) => byMessage.get(id)).find((one) => one !== undefined);
    if (key) found.set(eventId, key);
  }
  return found;
}

/** Which of these addresses some campaign has or had in its list. Drafts count: nobody must be sent to who bounced before. */
export async function knownAddresses(
  client: Pool | PoolClient,
  channel: 'email' | 'sms',
  addresses: readonly string[],
): Promise<Set<string>> {
  if (addresses.length === 0) return new Set();
  const { rows } = await client.query<{ address: string }>(
    `select distinct asked.address from unnest($2::text[]) as asked (address)
     where exists (select from former_addresses f where f.address = asked.address)
       or exists (select from campaigns c where c.channel = $1
         and exists (select from recipients r where r.campaign_id = c.id and r.address = asked.address collate "C"))`,
    [channel, addresses],
  );
  return new Set(rows.map(({ address }) => address));
}
