import type { Pool, PoolClient } from 'pg';
import { becomes } from './becomes.ts';

/** What a send job's payload names. */
export interface SendKey {
  campaign_id: number;
  recipient_id: number;
  dispatch_seq: number;
  /** Sent although the provider is held, to find out whether it is well again. */
  probe?: boolean | undefined;
}

/** A recipient that is now `sending` in our name, with what the provider call needs. */
export interface Claim {
  campaignId: number;
  recipientId: number;
  address: string;
  variables: Record<string, string>;
  round: number;
  /** This attempt's number in its round, 1 to 4. */
  number: number;
  attemptId: number;
}

/** A claim's columns, of recipient `r`. */
export const claimColumns = `r.campaign_id as "campaignId", r.id as "recipientId", r.address, r.variables, r.round, r.attempts as "number",
  r.attempt_id as "attemptId"`;

const claimed = becomes(
  'claim',
  { sql: 'due.next' },
  {
    attempts: `r.attempts + (due.next = 'sending')::integer - due.again::integer`,
    attempt_id: `case when due.next = 'sending' and not due.again then nextval('attempt_ids') else r.attempt_id end`,
    claimed_at: 'clock_timestamp()',
    claimed_by: '$4::integer',
    failure_code: `case when due.next <> 'suppressed' then r.failure_code end`,
    failure_reason: `case when due.next <> 'suppressed' then r.failure_reason end`,
    // Events are about attempts: a new one has none yet.
    delivery: `case when due.next <> 'sending' then r.delivery end`,
    delivered_at: `case when due.next <> 'sending' then r.delivered_at end`,
  },
);

/**
 * Claims recipients in one statement, so that the intent to send is committed before any call goes out.
 *
 * Claimed are those that still wait for exactly this job (same dispatch_seq) and are due, in campaigns that are sending. The others of
 * a campaign that is paused or stopping go back to `pending` with their attempts kept, of a cancelled one to `cancelled`, and of one that is open for
 * single people alone to `queued`, without a job, to be offered again (`offerAgain`); who is on the suppression list by now becomes `suppressed` without an attempt; a stale job changes nothing. Rows are locked in id order before the
 * campaigns' counters (see docs/architecture.md, lock order).
 *
 * @param workerId of `workers`, so that the claim can be taken over when the worker dies
 * @param repeated the answer of an earlier run was lost with its connection: what it claimed for this worker is handed out again, under the
 *   same attempt id. The caller drops what it already holds.
 * @param knownAttempt the newest attempt that the caller knows to have begun: a database that was put back before it sends nothing; null: nobody
 *   is to be sent to, only given back
 * @returns the claims in the order of `keys`, null where there is nothing to send
 */
export async function claimRecipients(
  pool: Pool | PoolClient,
  keys: readonly SendKey[],
  workerId: number | null = null,
  repeated = false,
  knownAttempt: number | null = 0,
): Promise<(Claim | null)[]> {
  const { rows } = await pool.query<Claim & { claimed: boolean }>({
    // never null: attemptId

    name: 'claim_recipients',
    text: `
      with wanted as (
        select * from unnest($1::bigint[], $2::bigint[], $3::integer[], $5::boolean[]) as w (campaign_id, id, dispatch_seq, probe)
      ),
      of_campaign as materialized (
        select c.id, c.status, c.doing, c.channel, campaign_claims(c) and g.rate is distinct from 0 and coalesce(ledger_may_send($7), false) as sends, g.hold_until is not null as held
        from campaigns c join provider_gates g on g.channel = c.channel where c.id = any ($1::bigint[])
      ),
      due as (
        select r.campaign_id, r.id, r.status = 'sending' as again,
          case when not (c.sends and (w.probe or not c.held)) then given_back(c.status, c.doing)
            when s.id is null then 'sending' else 'suppressed' end as next
        from wanted w
        join of_campaign c on c.id = w.campaign_id
        join recipients r on r.campaign_id = w.campaign_id and r.id = w.id
        left join suppressions s on s.channel = c.channel and s.address = r.address
        where r.dispatch_seq = w.dispatch_seq
          -- In a shape that no index serves: see docs/decisions/0011, steady plans.
          and case r.status when 'queued' then true when 'retrying' then r.next_attempt_at <= now()
            when 'sending' then $6 and r.claimed_by = $4::integer else false end
        order by r.id
        for update of r
      )
      update recipients r set ${claimed}
      from due
      where r.campaign_id = due.campaign_id and r.id = due.id
      returning ${claimColumns}, due.next = 'sending' as claimed`,
    values: [
      keys.map((key) => key.campaign_id),
      keys.map((key) => key.recipient_id),
      keys.map((key) => key.dispatch_seq),
      workerId,
      keys.map((key) => key.probe ?? false),
      repeated,
      knownAttempt,
    ],
  });
  const claims = new Map(rows.filter((row) => row.claimed).map((row) => [row.recipientId, row]));
  return keys.map((key) => {
    const claim = claims.get(key.recipient_id) ?? null;
    claims.delete(key.recipient_id); // two jobs of one recipient in a batch: one of them sends
    return claim;
  });
}
