import type { Pool, PoolClient } from 'pg';
import { becomes } from './becomes.ts';
import { RESTORED_REASON } from './doubt.ts';

/** Whose events are to be applied, by the attempt that they are about. */
export interface AttemptKey {
  campaignId: number;
  recipientId: number;
  attemptId: number;
}

const learnt = becomes(
  'learn',
  { sql: 'due.next' },
  {
    delivery: 'due.delivery',
    delivered_at: 'due.delivered_at',
    sent_at: 'coalesce(r.sent_at, now())',
    failed_at: 'coalesce(r.failed_at, now())',
    failure_code: `case when due.next = 'failed' and due.given_back then coalesce(due.failure_code, 'unreachable') when due.next = r.status then r.failure_code end`,
    failure_reason: `case when due.next = 'failed' and due.given_back then due.reason when due.next = r.status then r.failure_reason end`,
  },
);

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
            -- Whoever is being sent to waits for the answer; everybody else has got it, whatever was thought of them since.
            when r.status <> 'sending' then 'sent'
            else r.status
          end as next
        from told
        join recipients r on r.campaign_id = told.campaign_id and r.id = told.id and r.attempt_id = told.attempt_id
        join campaigns c on c.id = r.campaign_id
        cross join lateral (select c.channel = 'sms' and told.delivery is not distinct from 'undelivered' as given_back) as carrier
        order by r.id for update of r
      )
      update recipients r set ${learnt}
      from due
      where r.campaign_id = due.campaign_id and r.id = due.id
        and ((r.delivery, r.delivered_at, r.status) is distinct from (due.delivery, due.delivered_at, due.next)
          or (due.next = 'failed' and due.given_back and r.failure_code is distinct from due.failure_code))`,
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
    // never null: attemptId

    `select r.campaign_id as "campaignId", r.id as "recipientId", r.attempt_id as "attemptId" from recipients r
     where r.status = 'unknown' and r.unknown_until <= now()
       and exists (select from provider_events e where e.attempt_id = r.attempt_id and e.recipient_id = r.id)
     order by r.id limit 1000`,
  );
  return rows;
}

/**
 * Events about an attempt that this ledger has no row of, since it was made after the backup: where its recipient's outcome is open for that
 * reason, they are the evidence. The recipient's attempt is that one from here on.
 */
export async function adoptLostAttempts(
  client: Pick<Pool, 'query'>,
  keys: readonly { campaignId: number; recipientId: number; attemptId: number }[],
): Promise<void> {
  await client.query(
    `update recipients r set attempt_id = k.attempt_id
     from (
       select distinct on (r.id) r.campaign_id, r.id, k.attempt_id
       from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as k (campaign_id, id, attempt_id)
       join recipients r on r.campaign_id = k.campaign_id and r.id = k.id
       where exists (select from ledger_home where restored_at is not null)
         and r.status = 'unknown' and r.failure_reason = $4 and k.attempt_id < r.attempt_id
         and not exists (select from attempts a where a.id = k.attempt_id)
       order by r.id, k.attempt_id desc
     ) k
     where r.campaign_id = k.campaign_id and r.id = k.id`,
    [keys.map((key) => key.campaignId), keys.map((key) => key.recipientId), keys.map((key) => key.attemptId), RESTORED_REASON],
  );
}

/**
 * Keeps who left, and who reported spam, by a message of this campaign, whichever of those that they got; for good: their campaigns count it.
 * Lock order: with the other recipients, in id order.
 *
 * @returns of how many that is news
 */
export async function markWhoLeft(
  client: Pool | PoolClient,
  rows: readonly { campaignId: number; recipientId: number; atMs: number | null; what: 'unsubscribed' | 'complained' }[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const { rowCount } = await client.query(
    `with left_by as (
       select campaign_id, id, min(at) filter (where what = 'unsubscribed') as unsubscribed_at, min(at) filter (where what = 'complained') as complained_at
       from (
         select campaign_id, id, what, coalesce(to_timestamp(at_ms / 1000), now()) as at
         from unnest($1::bigint[], $2::bigint[], $3::float8[], $4::text[]) as g (campaign_id, id, at_ms, what)
       ) t group by 1, 2
     ),
     due as (
       select r.campaign_id, r.id, l.unsubscribed_at, l.complained_at
       from left_by l join recipients r on r.campaign_id = l.campaign_id and r.id = l.id
       where (r.unsubscribed_at is null and l.unsubscribed_at is not null) or (r.complained_at is null and l.complained_at is not null)
       order by r.id for update of r
     )
     update recipients r set unsubscribed_at = coalesce(r.unsubscribed_at, due.unsubscribed_at),
       complained_at = coalesce(r.complained_at, due.complained_at), changed_at = now()
     from due where r.campaign_id = due.campaign_id and r.id = due.id`,
    [rows.map((row) => row.campaignId), rows.map((row) => row.recipientId), rows.map((row) => row.atMs), rows.map((row) => row.what)],
  );
  return rowCount ?? 0;
}
