import type { Pool, PoolClient } from 'pg';

/**
 * Settles recipients whose outcome stayed unknown past their grace period, by the campaign's policy. `hold`: they have no deadline any more
 * and are left to a person. `resend`: they are queued again (with a job of their own, due at once) or, after the last attempt, failed as
 * `outcome_unknown`; in a campaign that no longer sends they wait as `pending` (paused) or end as failed (cancelled, ended).
 *
 * @param which all of a channel, or those whose provider was asked for the message
 * @returns how many were settled now; at most 1,000 a call
 */
export async function settleUnknown(pool: Pool, which: { channel: 'email' | 'sms' } | { attemptIds: readonly number[] }): Promise<number> {
  const { rows } = await pool.query<{ settled: number }>(
    `with due as (
       select r.campaign_id, r.id, c.channel,
         case
           when c.unknown_policy = 'hold' then 'unknown'
           when r.attempts >= 4 or c.status not in ('SENDING', 'PAUSED') then 'failed'
           when c.status = 'SENDING' and c.stop_code is null then 'queued'
           else 'pending'
         end::recipient_status as next_status
       from recipients r join campaigns c on c.id = r.campaign_id
       where r.status = 'unknown' and r.unknown_until <= now() and ${'channel' in which ? 'c.channel = $1' : 'r.attempt_id = any($1)'}
       order by r.id limit 1000 for update of r skip locked
     ),
     moved as (
       update recipients r set
         status = due.next_status, unknown_until = null, changed_at = now(),
         dispatch_seq = r.dispatch_seq + (due.next_status = 'queued')::integer,
         failed_at = case when due.next_status = 'failed' then now() end,
         failure_code = case due.next_status when 'failed' then 'outcome_unknown' when 'unknown' then r.failure_code end,
         failure_reason = case due.next_status
           when 'failed' then 'The provider never told whether it took the message, so it may have arrived. Ask the person before sending it again.'
           when 'unknown' then r.failure_reason
         end
       from due where r.campaign_id = due.campaign_id and r.id = due.id
       returning r.campaign_id, r.id, r.dispatch_seq, due.channel, due.next_status
     ),
     jobs as (
       select graphile_worker.add_jobs(array_agg((
         'send_' || channel, json_build_object('campaign_id', campaign_id, 'recipient_id', id, 'dispatch_seq', dispatch_seq),
         null, null, 4, null, -10, null)::graphile_worker.job_spec order by id))
       from moved where next_status = 'queued' having count(*) > 0
     )
     select (select count(*) from moved)::integer as settled, (select count(*) from jobs) as jobs`,
    ['channel' in which ? which.channel : which.attemptIds],
  );
  return rows[0]?.settled ?? 0;
}

/** Asks for `settleUnknown` in so many seconds, in the transaction that made a recipient unknown. */
export async function requestSettle(client: Pool | PoolClient, inS: number): Promise<void> {
  await client.query(`select graphile_worker.add_job('settle_unknown', run_at => now() + $1 * interval '1 second', priority => -15)`, [
    inS,
  ]);
}
