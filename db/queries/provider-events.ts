import type { Pool, PoolClient } from 'pg';

/** A row for the log of provider events. */
export interface EventRow {
  provider: string;
  eventId: string;
  /** All three or none: an event about somebody whose message is not known is logged without. */
  campaignId: number | null;
  recipientId: number | null;
  attemptId: number | null;
  kind: string;
  delivery: string | null;
  /** null: now. */
  occurredAtMs: number | null;
  code: string | null;
  failureCode: string | null;
  reason: string | null;
  /** It suppresses an address, and whose message it was about is not known: logged without ids. */
  nobody?: boolean;
}

/**
 * Logs events, each once, whatever else arrives at the same time: their recipients are locked first, in id order. Events of recipients
 * that do not exist are left out; see `nobody` for the exception.
 *
 * @returns the ids of those of existing recipients, and among them of those that are new; 1,000 events take about 30 ms
 */
export async function logEvents(client: PoolClient, events: readonly EventRow[]): Promise<{ known: Set<string>; fresh: Set<string> }> {
  const column = <K extends keyof EventRow>(name: K) => events.map((event) => event[name]);
  const { rows } = await client.query<{ eventId: string; isNew: boolean }>({
    name: 'log_provider_events',
    text: `
      with given as (
        select distinct on (provider, event_id) *
        from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::delivery[], $8::float8[],
          $9::text[], $10::text[], $11::text[], $12::boolean[])
          as g (provider, event_id, campaign_id, recipient_id, attempt_id, kind, delivery, occurred_ms, code, failure_code, reason, nobody)
        order by provider, event_id
      ),
      locked as (
        select g.* from given g join recipients r on r.campaign_id = g.campaign_id and r.id = g.recipient_id
        order by r.id for update of r
      ),
      known as (select * from locked union all select * from given where nobody),
      logged as (
        insert into provider_events (provider, event_id, campaign_id, recipient_id, attempt_id, kind, delivery, occurred_at, code,
          failure_code, reason)
        select provider, event_id, campaign_id, recipient_id, attempt_id, kind, delivery,
          coalesce(to_timestamp(occurred_ms / 1000), now()), code, failure_code, reason
        from known order by recipient_id, event_id
        on conflict (provider, event_id) do nothing
        returning provider, event_id
      )
      -- Not joined here: the planner takes both for a row or two, and would compare each of 1,000 with each other for 0.3 s.
      select event_id as "eventId", false as "isNew" from known union all select event_id, true from logged`,
    values: [
      column('provider'),
      column('eventId'),
      column('campaignId'),
      column('recipientId'),
      column('attemptId'),
      column('kind'),
      column('delivery'),
      column('occurredAtMs'),
      column('code'),
      column('failureCode'),
      column('reason'),
      column('nobody').map(Boolean),
    ],
  });
  const idsOf = (isNew: boolean) => new Set(rows.filter((row) => row.isNew === isNew).map(({ eventId }) => eventId));
  return { known: idsOf(false), fresh: idsOf(true) };
}

/** Whose events are to be applied, by the attempt that they are about. */
export interface AttemptKey {
  campaignId: number;
  recipientId: number;
  attemptId: number;
}

/**
 * Makes recipients what all events of their newest attempt say, so that the order of arrival makes no difference: the delivery, by rank;
 * `sent`, where the outcome was not known or thought to be another; for a text that the carrier gave back `failed`. A recipient whose
 * call is still under way keeps its status until the answer is in. The campaigns follow by trigger.
 */
export async function applyEvents(client: Pool | PoolClient, keys: readonly AttemptKey[]): Promise<number> {
  const { rowCount } = await client.query({
    name: 'apply_provider_events',
    text: `
      with touched as (
        select distinct * from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as t (campaign_id, id, attempt_id)
      ),
      told as (
        select t.campaign_id, t.id, t.attempt_id,
          (array_agg(e.delivery order by delivery_rank(e.delivery) desc) filter (where e.delivery is not null))[1] as delivery,
          min(e.occurred_at) filter (where e.delivery = 'delivered') as delivered_at,
          (array_agg(e.failure_code order by e.event_id) filter (where e.delivery = 'undelivered'))[1] as failure_code,
          (array_agg(e.reason order by e.event_id) filter (where e.delivery = 'undelivered'))[1] as reason
        from touched t join provider_events e on e.attempt_id = t.attempt_id and e.recipient_id = t.id
        group by t.campaign_id, t.id, t.attempt_id
      ),
      due as (
        select r.campaign_id, r.id, told.delivery, told.failure_code, told.reason,
          case when told.delivery in ('delivered', 'complained') then told.delivered_at end as delivered_at,
          given_back,
          case
            when given_back then case when r.status in ('sent', 'unknown') then 'failed' else r.status end
            when r.status in ('unknown', 'queued', 'retrying', 'pending', 'failed') then 'sent'
            else r.status
          end as status
        from told
        join recipients r on r.campaign_id = told.campaign_id and r.id = told.id and r.attempt_id = told.attempt_id
        join campaigns c on c.id = r.campaign_id
        cross join lateral (select c.channel = 'sms' and told.delivery is not distinct from 'undelivered' as given_back) as carrier
        order by r.id for update of r
      )
      update recipients r set
        delivery = due.delivery,
        delivered_at = due.delivered_at,
        status = due.status,
        sent_at = case due.status when 'sent' then coalesce(r.sent_at, now()) when 'failed' then null else r.sent_at end,
        failed_at = case when due.status = 'failed' then coalesce(r.failed_at, now()) end,
        failure_code = case
          when due.status = 'failed' and due.given_back then coalesce(due.failure_code, 'unreachable')
          when due.status = r.status then r.failure_code
        end,
        failure_reason = case
          when due.status = 'failed' and due.given_back then due.reason
          when due.status = r.status then r.failure_reason
        end,
        next_attempt_at = case when due.status = r.status then r.next_attempt_at end,
        unknown_until = case when due.status = r.status then r.unknown_until end,
        changed_at = now()
      from due
      where r.campaign_id = due.campaign_id and r.id = due.id
        and ((r.delivery, r.delivered_at, r.status) is distinct from (due.delivery, due.delivered_at, due.status)
          or (due.status = 'failed' and due.given_back and r.failure_code is distinct from due.failure_code))`,
    values: [keys.map((key) => key.campaignId), keys.map((key) => key.recipientId), keys.map((key) => key.attemptId)],
  });
  return rowCount ?? 0;
}

/**
 * Recipients whose outcome stayed unknown, although an event shows that the provider has their message: it came while the call was still
 * waiting for its answer. At most 1,000.
 */
export async function unknownWithEvents(pool: Pool): Promise<AttemptKey[]> {
  const { rows } = await pool.query<AttemptKey>(
    `select r.campaign_id as "campaignId", r.id as "recipientId", r.attempt_id as "attemptId" from recipients r
     where r.status = 'unknown' and r.unknown_until <= now()
       and exists (select from provider_events e where e.attempt_id = r.attempt_id and e.recipient_id = r.id)
     order by r.id limit 1000`,
  );
  return rows;
}
