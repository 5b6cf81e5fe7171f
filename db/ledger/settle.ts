import type { Pool, PoolClient } from 'pg';
import { addSendJobs, SEND_ATTEMPTS } from '../jobs.ts';
import { becomes } from './becomes.ts';
import type { AttemptKey } from './learn.ts';

/** What became of one claimed recipient, and what follows from it. */
export interface Outcome {
  campaignId: number;
  recipientId: number;
  attemptId: number;
  /** null: no call was made, the claim is given back and no attempt is logged. */
  outcome: 'accepted' | 'transient' | 'permanent' | 'account' | 'unknown' | null;
  /** The recipient's next status. */
  status: 'sent' | 'failed' | 'retrying' | 'pending' | 'unknown';
  /** For `retrying` the seconds until the next attempt, for `unknown` until it is settled. */
  delayS: number | null;
  /** Give the attempt back: it did not count. */
  refund: boolean;
  /** Its send job runs again by itself where it is retried; without one, it gets its job here. */
  byJob?: boolean | undefined;
  failureCode: string | null;
  reason: string | null;
  httpStatus: number | null;
  providerCode: string | null;
  retryAfterS: number | null;
  providerMessageId: string | null;
}

const settled = becomes(
  'settle',
  { sql: 'mine.next' },
  {
    attempts: 'r.attempts - mine.refund::integer',
    next_attempt_at: `now() + mine.delay_s * interval '1 second'`,
    unknown_until: `now() + mine.delay_s * interval '1 second'`,
    sent_at: 'now()',
    failed_at: 'now()',
    failure_code: 'mine.failure_code',
    failure_reason: 'case when mine.failure_code is not null then mine.reason end',
    provider_message_id: 'coalesce(mine.provider_message_id, r.provider_message_id)',
  },
);

/**
 * Commits outcomes in one statement: ledger, attempt log and (by triggers) counters and notifications. Idempotent by attempt id, so it
 * may be repeated after a lost connection: a row that no longer belongs to its attempt is left alone. A late answer replaces an
 * `unknown` of the same attempt; the log has that attempt already, and keeps it.
 *
 * One time stands for all of it, so that the log shows what was promised: a retry is due so many seconds after its attempt's `finished_at`.
 *
 * @returns those whose provider events may have come before this answer and say more than it; see applyEvents
 */
export async function recordOutcomes(client: Pool | PoolClient, outcomes: readonly Outcome[]): Promise<AttemptKey[]> {
  const column = <K extends keyof Outcome>(name: K) => outcomes.map((outcome) => outcome[name]);
  const { rows } = await client.query<AttemptKey>({
    // never null: attemptId

    name: 'record_outcomes',
    text: `
      with results as (
        select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::attempt_outcome[], $5::recipient_status[], $6::float8[],
          $7::boolean[], $8::text[], $9::text[], $10::smallint[], $11::text[], $12::integer[], $13::text[], $14::boolean[])
          as o (campaign_id, id, attempt_id, outcome, status, delay_s, refund, failure_code, reason, http_status, provider_code,
            retry_after_s, provider_message_id, by_job)
      ),
      of_campaign as materialized (
        select id, channel, status, doing from campaigns where id = any ($1::bigint[])
      ),
      mine as (
        select o.*, c.channel, r.round, r.attempts, r.claimed_at, r.retried_by,
          case
            when o.status not in ('retrying', 'pending') then o.status
            when o.status = 'pending' or c.status = 'CANCELLED' or c.doing = 'stopping' then given_back(c.status, c.doing)
            else o.status
          end as next
        from results o
        join of_campaign c on c.id = o.campaign_id
        join recipients r on r.campaign_id = o.campaign_id and r.id = o.id
        where r.attempt_id = o.attempt_id
          -- In a shape that no index serves: see docs/decisions/0011, steady plans.
          and case r.status when 'sending' then true when 'unknown' then o.outcome in ('accepted', 'permanent') else false end
        order by r.id
        for update of r
      ),
      logged as (
        insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome, http_status, provider_code,
          reason, retry_after_s, provider_message_id, actor)
        select attempt_id, campaign_id, id, round, attempts, coalesce(claimed_at, now()), now(), outcome, http_status, provider_code,
          reason, retry_after_s, provider_message_id, retried_by
        from mine where outcome is not null
        on conflict (id) do nothing
      ),
      changed as (
        update recipients r set ${settled}
        from mine
        where r.campaign_id = mine.campaign_id and r.id = mine.id
        returning r.campaign_id, r.id, r.attempt_id, r.status, r.delivery, r.dispatch_seq, r.attempts, r.next_attempt_at, mine.channel, mine.by_job
      ),
      jobs as (
        select ${addSendJobs('channel', { runAt: 'next_attempt_at', left: `${SEND_ATTEMPTS} - attempts` })}
        from changed where (status = 'retrying' and not by_job) or status = 'queued' having count(*) > 0
      )
      select campaign_id as "campaignId", id as "recipientId", attempt_id as "attemptId", (select count(*) from jobs) as jobs from changed
      -- Whether there are events is asked by another statement: what held a row until now may have brought one that this one cannot see.
      where status <> 'sent' or delivery = 'undelivered'`,
    values: [
      column('campaignId'),
      column('recipientId'),
      column('attemptId'),
      column('outcome'),
      column('status'),
      column('delayS'),
      column('refund'),
      column('failureCode'),
      column('reason'),
      column('httpStatus'),
      column('providerCode'),
      column('retryAfterS'),
      column('providerMessageId'),
      outcomes.map(({ byJob }) => byJob ?? false),
    ],
  });
  return rows.map(({ campaignId, recipientId, attemptId }) => ({ campaignId, recipientId, attemptId }));
}
