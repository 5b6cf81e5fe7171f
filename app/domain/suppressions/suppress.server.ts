import type { Pool, PoolClient } from 'pg';
import { applyEvents, markWhoLeft } from '#db/ledger/learn.ts';
import type { Channel } from '../channel.ts';
import type { SuppressionReason, SuppressionSource } from './suppression.ts';

/** Whom an event is about: by the attempt of its message or, where that is not known, by their address. */
export interface Whom {
  channel: Channel;
  campaignId: number | null;
  recipientId: number | null;
  attemptId: number | null;
  /** In the ledger's spelling, as the provider names it. What the attempt was sent to goes before it. */
  address: string | null;
  source: SuppressionSource;
  /** ms since 1970; null: now. */
  atMs: number | null;
}

/** A person who asked not to be sent to, or whose address does not work. */
export interface SuppressRow extends Whom {
  reason: SuppressionReason;
}

/**
 * `whom` with the address that is meant: what the attempt was sent to, though it may have been corrected since; without an attempt, for an
 * email what the provider names (a callback about a text names a number that may be another's). $1 to $7 as `columnsOf`.
 */
const meant = `
  told as (
    select row_number() over () as n, t.*, coalesce(to_timestamp(at_ms / 1000), now()) as at
    from unnest($1::channel[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::float8[])
      as t (channel, campaign_id, recipient_id, attempt_id, named, source, at_ms)
  ),
  whom as (
    select t.n, t.channel, t.source, t.at, r.campaign_id, r.id as recipient_id, coalesce(
      case
        when a.id is null and r.attempt_id is distinct from t.attempt_id then null
        when former.round is null then r.address
        else former.address
      end,
      case when r.id is null or t.channel = 'email' then t.named end,
      r.address) collate "C" as address
    from told t
    left join recipients r on r.campaign_id = t.campaign_id and r.id = t.recipient_id
    left join attempts a on a.id = t.attempt_id and a.recipient_id = r.id
    left join lateral (
      select f.round, f.address from former_addresses f where f.recipient_id = r.id and f.round >= coalesce(a.round, r.round)
      order by f.round limit 1
    ) as former on true
  )`;

const columnsOf = (rows: readonly Whom[]) => [
  rows.map((row) => row.channel),
  rows.map((row) => row.campaignId),
  rows.map((row) => row.recipientId),
  rows.map((row) => row.attemptId),
  rows.map((row) => row.address),
  rows.map((row) => row.source),
  rows.map((row) => row.atMs),
];

/**
 * Writes the reasons in `found` (channel, address, reason, source, campaign_id, recipient_id, at, created_by; no two alike), in order of
 * address: two of these at once must not wait for each other. The lock on the address's row makes whoever takes off its last reason at the
 * same moment wait, or be waited for.
 *
 * @param note what a file says why, an expression over `f`
 */
export const putReasons = (again: string, note = 'null') => `
  listed as (
    insert into suppressions (channel, address) select distinct channel, address from found order by channel, address
    on conflict (channel, address) do update set address = excluded.address
    returning id, channel, address
  ),
  added as (
    insert into suppression_reasons as had (suppression_id, reason, source, campaign_id, recipient_id, suppressed_at, created_by, note)
    select l.id, f.reason, f.source, f.campaign_id, f.recipient_id, f.at, f.created_by, ${note}
    from found f join listed l on l.channel = f.channel and l.address = f.address
    on conflict (suppression_id, reason, source) ${again}
    returning suppression_id
  )`;

const latest = `do update set suppressed_at = excluded.suppressed_at, campaign_id = excluded.campaign_id, recipient_id = excluded.recipient_id
  where excluded.suppressed_at > had.suppressed_at`;

/**
 * Adds to the suppression list. Who has resubscribed later than they unsubscribed is left out, in whatever order the two were told. Lock
 * order: after recipients and campaigns.
 */
export async function suppress(client: Pool | PoolClient, rows: readonly SuppressRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `with ${meant},
     found as (
       select distinct on (w.channel, w.address, t.reason, w.source)
         w.channel, w.address, t.reason, w.source, w.campaign_id, w.recipient_id, w.at, null as created_by
       from whom w join unnest($8::suppression_reason[]) with ordinality as t (reason, n) on t.n = w.n
       where w.address is not null and (t.reason <> 'unsubscribe' or not exists (
         select from provider_events e where e.recipient_id = w.recipient_id and e.kind = 'resubscribed' and e.occurred_at > w.at))
       order by w.channel, w.address, t.reason, w.source, w.at desc
     ),
     ${putReasons(latest)}
     select count(*) from added`,
    [...columnsOf(rows), rows.map((row) => row.reason)],
  );
}

/** What a person here puts on the list. One that stands already stays as it is. @returns how many are new */
export async function addReasons(
  client: Pool | PoolClient,
  rows: readonly { channel: Channel; address: string; reason: SuppressionReason }[],
  by: { source: 'person' | 'import'; label: string },
): Promise<number> {
  const { rows: counted } = await client.query<{ n: number }>(
    `with found as (
       select distinct channel, address collate "C" as address, reason, $4::text as source, null::bigint as campaign_id,
         null::bigint as recipient_id, now() as at, $5::text as created_by
       from unnest($1::channel[], $2::text[], $3::suppression_reason[]) as t (channel, address, reason)
     ),
     ${putReasons('do nothing')}
     select count(*)::integer as n from added`,
    [rows.map((row) => row.channel), rows.map((row) => row.address), rows.map((row) => row.reason), by.source, by.label],
  );
  return counted[0]?.n ?? 0;
}

/** Takes those off the list who unsubscribed and have resubscribed since, by the same way; every other reason stays. */
export async function lift(client: PoolClient, rows: readonly Whom[]): Promise<void> {
  if (rows.length === 0) return;
  const { rows: locked } = await client.query<{ id: number; source: string; at: string }>(
    `with ${meant}, back as (select channel, address, source, max(at) as at from whom group by 1, 2, 3)
     select s.id, back.source, back.at::text from back join suppressions s on s.channel = back.channel and s.address = back.address
     order by s.channel, s.address for update of s`,
    columnsOf(rows),
  );
  await client.query(
    `delete from suppression_reasons r using unnest($1::bigint[], $2::text[], $3::timestamptz[]) as back (id, source, at)
     where r.suppression_id = back.id and r.reason = 'unsubscribe' and r.source = back.source and r.suppressed_at < back.at`,
    [locked.map(({ id }) => id), locked.map(({ source }) => source), locked.map(({ at }) => at)],
  );
  await removeWithoutReason(
    client,
    locked.map(({ id }) => id),
  );
}

/** Call it in the transaction that locked these rows before it took reasons off. @returns how many are off the list */
export async function removeWithoutReason(client: PoolClient, ids: readonly number[]): Promise<number> {
  const { rowCount } = await client.query(
    `delete from suppressions s where s.id = any($1::bigint[]) and not exists (select from suppression_reasons r where r.suppression_id = s.id)`,
    [ids],
  );
  return rowCount ?? 0;
}

/** A text message of a person, and what it asks for; each counts once. */
export interface InboundRow {
  messageId: string;
  sender: string;
  recipient: string | null;
  wish: 'stop' | 'start' | null;
  body: string;
  source: 'twilio' | 'sandbox';
}

/** Messages that were not understood are kept until so many came after them. */
const KEPT_MESSAGES = 20_000;

/**
 * STOP puts the number on the list; START takes off what STOP had put there, and nothing else; what asks for neither is kept for a person to
 * see. The last campaign that sent to the number is named as the source.
 *
 * @returns false where this message was here before
 */
export async function recordInbound(
  client: PoolClient,
  { messageId, sender, recipient, wish, body, source }: InboundRow,
): Promise<boolean> {
  // Known by whom it was sent to last: a campaign's own list is asked by its index of addresses.
  const last = `(select) as one left join (
    select r.campaign_id, r.id from campaigns c cross join lateral (
      select campaign_id, id from recipients where campaign_id = c.id and address = $2 and attempt_id is not null limit 1
    ) as r
    where c.channel = 'sms' order by r.id desc limit 1
  ) as last on true`;
  if (wish === null) {
    const { rows } = await client.query<{ id: number }>(
      `insert into inbound_messages (provider, message_id, sender, recipient, body, campaign_id, recipient_id)
       select 'twilio', $1, $2, $3, $4, last.campaign_id, last.id from ${last}
       on conflict (provider, message_id) do nothing returning id`,
      [messageId, sender, recipient, body],
    );
    if (rows[0]) await client.query('delete from inbound_messages where id <= $1', [rows[0].id - KEPT_MESSAGES]);
    return Boolean(rows[0]);
  }
  const { rows } = await client.query<{ campaign_id: number | null; recipient_id: number | null }>(
    `insert into provider_events (provider, event_id, campaign_id, recipient_id, kind, occurred_at)
     select 'twilio', $1, last.campaign_id, last.id, $3, now() from ${last}
     on conflict (provider, event_id) do nothing
     returning campaign_id, recipient_id`,
    [`${messageId}:${wish}`, sender, wish === 'stop' ? 'stopped' : 'started'],
  );
  if (!rows[0]) return false;
  if (wish === 'stop') {
    const { campaign_id, recipient_id } = rows[0];
    if (campaign_id !== null && recipient_id !== null) {
      await markWhoLeft(client, [{ campaignId: campaign_id, recipientId: recipient_id, atMs: null, what: 'unsubscribed' }]);
    }
    await client.query(
      `with found as (
         select 'sms'::channel as channel, $1::text collate "C" as address, 'stop'::suppression_reason as reason, $2::text as source,
           $3::bigint as campaign_id, $4::bigint as recipient_id, now() as at, null::text as created_by
       ), ${putReasons(latest)}
       select count(*) from added`,
      [sender, source, campaign_id, recipient_id],
    );
    return true;
  }
  const { rows: locked } = await client.query<{ id: number }>(
    `select id from suppressions where channel = 'sms' and address = $1 for update`,
    [sender],
  );
  const ids = locked.map(({ id }) => id);
  // What the sandbox told never outlives a real provider's word.
  await client.query(`delete from suppression_reasons where suppression_id = any($1::bigint[]) and reason = 'stop' and source = any($2)`, [
    ids,
    source === 'twilio' ? ['twilio', 'sandbox'] : ['sandbox'],
  ]);
  await removeWithoutReason(client, ids);
  return true;
}

/**
 * A person's own click on the link of a message; the log tells of it when it changed something: the list, or that they left by this campaign, too. Who clicks has the message: where that was open,
 * it is no more.
 */
export async function recordUnsubscribe(
  client: PoolClient,
  { campaignId, recipientId, round = 0 }: { campaignId: number; recipientId: number; round?: number },
): Promise<void> {
  // Before the suppressions, as everybody does.
  await client.query('select from recipients where campaign_id = $1 and id = $2 for update', [campaignId, recipientId]);
  const news = await markWhoLeft(client, [{ campaignId, recipientId, atMs: null, what: 'unsubscribed' }]);
  const { rows } = await client.query<{ attemptId: number | null }>(
    `with found as (
       select c.channel, ${linkAddress('$3')} as address, 'unsubscribe'::suppression_reason as reason, 'link' as source,
         c.id as campaign_id, r.id as recipient_id, now() as at, null::text as created_by
       from recipients r join campaigns c on c.id = r.campaign_id
       where r.campaign_id = $1 and r.id = $2
     ),
     ${putReasons('do nothing')}
     insert into provider_events (provider, event_id, campaign_id, recipient_id, attempt_id, kind, occurred_at)
     select 'rollcall', 'unsubscribe:' || l.id || ':' || $2::bigint, $1, $2,
       (select max(id) from attempts where campaign_id = $1 and recipient_id = $2 and round = $3::smallint), 'unsubscribed', now()
     from listed l where $4 or exists (select from added)
     on conflict (provider, event_id) do nothing
     returning attempt_id as "attemptId"`,
    [campaignId, recipientId, round, news > 0],
  );
  const attemptId = rows[0]?.attemptId ?? null;
  if (attemptId !== null) await applyEvents(client, [{ campaignId, recipientId, attemptId }]);
}

/**
 * What the message of a link was sent to: of recipient `r` in a round. Links of the first round and those made before links named it look
 * alike: for them the first address that is known.
 */
export function linkAddress(round: string): string {
  return `coalesce((
    select f.address from former_addresses f where f.recipient_id = r.id and f.round >= ${round}::smallint and f.address is not null
    order by f.round limit 1), r.address)`;
}
