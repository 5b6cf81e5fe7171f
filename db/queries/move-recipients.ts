import type { Pool } from 'pg';

const BATCH = 2_000;

/**
 * Moves one batch of recipients as their campaign's state asks: a paused or stopping campaign's queued ones (and, where nothing may
 * follow, retrying ones) go back to `pending`, a cancelled one's to `cancelled`, and in a retry round the chosen failed ones to
 * `pending` with a new round and a fresh attempt budget. Rows that a claim holds are skipped: the claim itself sees the campaign's state.
 *
 * @returns how many moved; 0: nothing is left to move
 */
export async function moveRecipients(pool: Pool, campaignId: number): Promise<number> {
  const { rowCount } = await pool.query(
    `with picked as (
       select r.id, c.status, c.retried_by, r.status in ('failed', 'pending') and c.status <> 'CANCELLED' as again
       from campaigns c join recipients r on r.campaign_id = c.id
       where c.id = $1 and (
         (c.status = 'PAUSED' and r.status = 'queued')
         or (c.status = 'CANCELLED' and r.status in ('pending', 'queued', 'retrying'))
         or (c.status in ('SENDING', 'PAUSED') and c.stop_code is not null and r.status in ('queued', 'retrying'))
         or (c.status in ('SENDING', 'PAUSED') and c.stop_code is null and r.status = 'failed'
           and r.failure_code = any(c.retry_codes) and r.failed_at <= c.retried_at)
         or (c.status in ('SENDING', 'PAUSED') and c.stop_code is null and r.status = 'pending' and r.attempts > 0 and c.retry_codes is not null))
       order by r.id limit ${BATCH} for update of r skip locked
     )
     update recipients r set
       status = case when picked.status = 'CANCELLED' then 'cancelled' else 'pending' end::recipient_status,
       round = r.round + again::integer, attempts = case when again then 0 else r.attempts end,
       retried_by = case when again then picked.retried_by else r.retried_by end,
       next_attempt_at = null, failed_at = null, failure_code = null, failure_reason = null, changed_at = now()
     from picked where r.campaign_id = $1 and r.id = picked.id`,
    [campaignId],
  );
  return rowCount ?? 0;
}

/** Ends a bulk move: from here on the campaign may end, and does so if nothing is open any more. */
export async function finishMove(pool: Pool, campaignId: number): Promise<void> {
  await pool.query('select finish_move($1)', [campaignId]);
}
