import type { Pool, PoolClient } from 'pg';
import { addJob, addSendJobs } from '../jobs.ts';
import { becomes } from './becomes.ts';

const concluded = becomes(
  'conclude',
  { sql: 'due.next' },
  {
    dispatch_seq: `r.dispatch_seq + (due.next = 'queued')::integer`,
    unknown_until: 'null',
    failed_at: 'now()',
    failure_code: `case due.next when 'failed' then 'outcome_unknown' when 'unknown' then r.failure_code end`,
    failure_reason: `case due.next
    when 'failed' then 'The provider never told whether it took the message, so it may have arrived. Ask the person before sending it again.'
    when 'unknown' then r.failure_reason end`,
  },
);

/**
 * Settles recipients whose outcome stayed unknown past their grace period, by the campaign's policy. `hold`: they have no deadline any more
 * and are left to a person. `resend`: they are queued again (with a job of their own, due at once) or, after the last attempt, failed as
 * `outcome_unknown`; in a campaign that no longer sends they wait (paused) or end as failed (cancelled, ended).
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
           when campaign_claims(c) then 'queued'
           else given_back(c.status, c.doing)
         end as next
       from recipients r join campaigns c on c.id = r.campaign_id
       where r.status = 'unknown' and r.unknown_until <= now() and ${'channel' in which ? 'c.channel = $1' : 'r.attempt_id = any($1)'}
       order by r.id limit 1000 for update of r skip locked
     ),
     moved as (
       update recipients r set ${concluded}
       from due where r.campaign_id = due.campaign_id and r.id = due.id
       returning r.campaign_id, r.id, r.dispatch_seq, due.channel, due.next
     ),
     jobs as (
       select ${addSendJobs('channel')}
       from moved where next = 'queued' having count(*) > 0
     )
     select (select count(*) from moved)::integer as settled, (select count(*) from jobs) as jobs`,
    ['channel' in which ? which.channel : which.attemptIds],
  );
  return rows[0]?.settled ?? 0;
}

/** Asks for `settleUnknown` in so many seconds, in the transaction that made a recipient unknown. */
export async function requestSettle(client: Pool | PoolClient, inS: number): Promise<void> {
  await client.query(`select ${addJob('settle_unknown', {}, { runAt: `now() + $1 * interval '1 second'` })}`, [inS]);
}

const postponed = becomes('postpone', 'unknown', { unknown_until: `now() + $2 * interval '1 second'` });

/** Lets those whose provider did not answer the question wait for another `forS`. */
export async function postponeUnknown(pool: Pool, attemptIds: readonly number[], forS: number): Promise<void> {
  await pool.query(
    `update recipients r set ${postponed}
     from (select r.campaign_id, r.id from recipients r
       where r.status = 'unknown' and r.unknown_until <= now() and r.attempt_id = any($1) order by r.id for update) due
     where r.campaign_id = due.campaign_id and r.id = due.id`,
    [attemptIds, forS],
  );
}
