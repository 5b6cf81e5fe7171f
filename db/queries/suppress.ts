import type { Pool, PoolClient } from 'pg';

/** A person who asked not to be sent to, or whose address does not work, found by a recipient. */
export interface SuppressRow {
  campaignId: number;
  recipientId: number;
  /** In the ledger's spelling; null: the recipient's address of now. */
  address: string | null;
  reason: 'hard_bounce' | 'complaint' | 'unsubscribe' | 'stop';
  /** ms since 1970; null: now. */
  atMs: number | null;
}

/**
 * Adds to the suppression list, in order of address (two of these at once must not wait for each other). Where an address is on the list
 * already the weightier reason stays. Who has resubscribed later than they unsubscribed is left out, in whatever order the two were told.
 * Lock order: after recipients and campaigns.
 */
export async function suppress(client: Pool | PoolClient, rows: readonly SuppressRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `with told as (
       select campaign_id, recipient_id, address, reason, coalesce(to_timestamp(at_ms / 1000), now()) as at
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::suppression_reason[], $5::float8[])
         as t (campaign_id, recipient_id, address, reason, at_ms)
     ),
     weightiest as (
       select distinct on (c.channel, coalesce(t.address, r.address) collate "C")
         c.channel, coalesce(t.address, r.address) collate "C" as address, t.reason, t.campaign_id, t.recipient_id, t.at
       from told t
       join recipients r on r.campaign_id = t.campaign_id and r.id = t.recipient_id
       join campaigns c on c.id = t.campaign_id
       where t.reason <> 'unsubscribe' or not exists (
         select from provider_events e where e.recipient_id = t.recipient_id and e.kind = 'resubscribed' and e.occurred_at > t.at)
       order by 1, 2, t.reason desc, t.at desc
     )
     insert into suppressions as s (channel, address, reason, campaign_id, recipient_id, suppressed_at)
     select channel, address, reason, campaign_id, recipient_id, at from weightiest order by channel, address
     on conflict (channel, address) do update set
       reason = excluded.reason, campaign_id = excluded.campaign_id, recipient_id = excluded.recipient_id,
       suppressed_at = excluded.suppressed_at, created_by = null
     where (excluded.reason, excluded.suppressed_at) > (s.reason, s.suppressed_at)`,
    [
      rows.map((row) => row.campaignId),
      rows.map((row) => row.recipientId),
      rows.map((row) => row.address),
      rows.map((row) => row.reason),
      rows.map((row) => row.atMs),
    ],
  );
}

/** Takes those off the list who unsubscribed and have resubscribed since; a bounce or a complaint stays. */
export async function lift(client: Pool | PoolClient, rows: readonly Omit<SuppressRow, 'reason'>[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `delete from suppressions s using (
       select c.channel, coalesce(t.address, r.address) collate "C" as address, max(coalesce(to_timestamp(t.at_ms / 1000), now())) as at
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::float8[]) as t (campaign_id, recipient_id, address, at_ms)
       join recipients r on r.campaign_id = t.campaign_id and r.id = t.recipient_id
       join campaigns c on c.id = t.campaign_id
       group by 1, 2
     ) as back
     where s.channel = back.channel and s.address = back.address and s.reason = 'unsubscribe' and s.suppressed_at < back.at`,
    [rows.map((row) => row.campaignId), rows.map((row) => row.recipientId), rows.map((row) => row.address), rows.map((row) => row.atMs)],
  );
}

/**
 * A person's STOP or START, by its message's id once. STOP puts the number on the list; START takes it off where the person themselves had
 * put it there. The last campaign that sent to the number is named as the source.
 */
export async function recordOptMessage(
  client: PoolClient,
  { eventId, number, stop }: { eventId: string; number: string; stop: boolean },
): Promise<boolean> {
  const { rows } = await client.query<{ campaign_id: number | null; recipient_id: number | null }>(
    `insert into provider_events (provider, event_id, campaign_id, recipient_id, kind, occurred_at)
     select 'twilio', $1, last.campaign_id, last.id, $3, now()
     from (select) as one left join (
       select r.campaign_id, r.id from campaigns c cross join lateral (
         select campaign_id, id from recipients where campaign_id = c.id and address = $2 and status <> 'pending' limit 1
       ) as r
       where c.channel = 'sms' order by r.id desc limit 1
     ) as last on true
     on conflict (provider, event_id) do nothing
     returning campaign_id, recipient_id`,
    [eventId, number, stop ? 'stopped' : 'started'],
  );
  if (!rows[0]) return false;
  const { campaign_id, recipient_id } = rows[0];
  if (stop) {
    await client.query(
      `insert into suppressions as s (channel, address, reason, campaign_id, recipient_id) values ('sms', $1, 'stop', $2, $3)
       on conflict (channel, address) do update set reason = 'stop', campaign_id = $2, recipient_id = $3, suppressed_at = now(), created_by = null
       where s.reason < 'stop'`,
      [number, campaign_id, recipient_id],
    );
  } else {
    await client.query(`delete from suppressions where channel = 'sms' and address = $1 and reason in ('stop', 'unsubscribe')`, [number]);
  }
  return true;
}

/** A person's own click on the link of a message; the log tells of it when it changed something. */
export async function recordUnsubscribe(
  client: PoolClient,
  { campaignId, recipientId }: { campaignId: number; recipientId: number },
): Promise<void> {
  await client.query(
    `with put as (
       insert into suppressions as s (channel, address, reason, campaign_id, recipient_id)
       select c.channel, r.address, 'unsubscribe', c.id, r.id from recipients r join campaigns c on c.id = r.campaign_id
       where r.campaign_id = $1 and r.id = $2
       on conflict (channel, address) do update set
         reason = 'unsubscribe', campaign_id = excluded.campaign_id, recipient_id = excluded.recipient_id, suppressed_at = now(),
         created_by = null
       where s.reason < 'unsubscribe'
       returning s.id
     )
     insert into provider_events (provider, event_id, campaign_id, recipient_id, kind, occurred_at)
     select 'rollcall', 'unsubscribe:' || id || ':' || $2::bigint, $1, $2, 'unsubscribed', now() from put
     on conflict (provider, event_id) do nothing`,
    [campaignId, recipientId],
  );
}
