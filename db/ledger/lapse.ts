import type { Pool } from 'pg';
import { becomes } from './becomes.ts';
import { inFlight } from './in-flight.ts';

/** Which claims: those older than any call can last, or those of a worker that died. */
export type ExpiredClaims = { olderThanS: number } | { claimedBy: number };

const lapsed = becomes('lapse', 'unknown', {
  unknown_until: `now() + $2 * interval '1 second'`,
  failure_code: `'outcome_unknown'`,
  failure_reason: '$3',
});

/**
 * Claims whose outcome never came (their worker died): their recipients become `unknown`, with the attempt in the log, and wait out the
 * grace period.
 *
 * @returns how many had expired
 */
export async function expireClaims(pool: Pool, which: ExpiredClaims, unknownGraceS: number): Promise<number> {
  const expired = 'claimedBy' in which ? 'r.claimed_by = $1' : `r.claimed_at < now() - $1 * interval '1 second'`;
  const reason = 'Rollcall was interrupted while it sent this message. It may have gone out.';
  const { rowCount } = await pool.query(
    `with claimed as (
       select r.campaign_id, r.id from campaigns c cross join lateral (
         ${inFlight('campaign_id, id, claimed_by, claimed_at', 'sending')}
       ) as r
       where c.sending > 0 and ${expired}
     ),
     expired as (
       select r.* from claimed join recipients r on r.campaign_id = claimed.campaign_id and r.id = claimed.id
       where r.status = 'sending' and ${expired}
       order by r.id for update of r skip locked
     ),
     logged as (
       insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome, reason, actor)
       select attempt_id, campaign_id, id, round, attempts, claimed_at, now(), 'unknown', $3, retried_by from expired
       on conflict (id) do nothing
     )
     update recipients r set ${lapsed}
     from expired where r.campaign_id = expired.campaign_id and r.id = expired.id`,
    ['claimedBy' in which ? which.claimedBy : which.olderThanS, unknownGraceS, reason],
  );
  return rowCount ?? 0;
}
