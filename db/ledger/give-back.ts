import type { Pool } from 'pg';
import { becomes } from './becomes.ts';

const BATCH = 2_000;

const moved = becomes(
  ['giveBack', 'retry'],
  { sql: 'locked.next' },
  {
    round: 'r.round + again::integer',
    attempts: 'case when again then 0 else r.attempts end',
    retried_by: 'case when again then locked.retried_by else r.retried_by end',
  },
);

/**
 * Moves recipients, batch by batch, as their campaign's state asks: a paused or stopping campaign's queued ones (and, where nothing may
 * follow, retrying ones) go back to `pending`, a cancelled one's to `cancelled`, and in a retry round the chosen failed ones to
 * `pending` with a new round and a fresh attempt budget. Rows that somebody holds are skipped at first and waited for in the end.
 *
 * Batches follow one another in id order, each found by its statuses' ranges of recipients_by_list (see pageOfStatuses): a million takes
 * as long for its last batch as for its first. Looking from the beginning each time took 0.5 s a batch in the middle of a million.
 *
 * @returns the round in which nobody is left to be gathered, for `finishMove`
 */
export async function moveRecipients(pool: Pool, campaignId: number): Promise<number> {
  // Whoever came into reach behind the place in the list, or was held by somebody, is found by going through it again.
  for (let patient = false; ; ) {
    const { rows } = await pool.query<{ round: number }>('select retry_count as round from campaigns where id = $1', [campaignId]);
    let moved = 0;
    for (let last: number | null = 0; last !== null; ) {
      const batch = await moveBatch(pool, campaignId, last, patient);
      moved += batch.moved;
      last = batch.last;
    }
    if (patient && moved === 0) return rows[0]?.round ?? 0;
    patient = moved === 0;
  }
}

/** @returns how many moved, and the last id looked at; null: there are no more */
async function moveBatch(pool: Pool, campaignId: number, after: number, patient: boolean): Promise<{ moved: number; last: number | null }> {
  const { rows } = await pool.query<{ moved: number; last: number | null }>(
    `with asked as (
       select status as campaign_status, queued, retried_by, retry_codes, retried_at, unnest(array_remove(array[
           case when (status = 'PAUSED' and doing <> 'singles') or status = 'CANCELLED' or doing = 'stopping' then 'queued' end,
           case when status = 'CANCELLED' or doing = 'stopping' then 'retrying' end,
           case when status = 'CANCELLED' or doing = 'gathering' then 'pending' end,
           case when doing = 'gathering' then 'failed' end
         ], null)::recipient_status[]) as status
       from campaigns where id = $1 and status in ('SENDING', 'PAUSED', 'CANCELLED')
     ),
     listed as (select *, case status when 'queued' then 'pending' else status end as listed_as from asked),
     picked as (
       select found.* from listed as asked cross join lateral (
         select id, status, failed_at, asked.campaign_status, asked.retried_by from recipients
         where campaign_id = $1 and (listed_as, id) > (asked.listed_as, $2) and listed_as <= asked.listed_as and status = asked.status
           and (status <> 'failed' or (failure_code = any(asked.retry_codes) and failed_at <= asked.retried_at))
           and (status <> 'pending' or attempts > 0 or asked.campaign_status = 'CANCELLED')
         -- Queued ones are few among the pending: it ends with the last of them.
         order by recipients.listed_as, id limit case asked.status when 'queued' then least(asked.queued, ${BATCH}) else ${BATCH} end
       ) as found
       order by found.id limit ${BATCH}
     ),
     locked as (
       select r.id, case p.campaign_status when 'CANCELLED' then 'cancelled' else 'pending' end::recipient_status as next, p.retried_by, r.status in ('failed', 'pending') and p.campaign_status <> 'CANCELLED' as again
       from picked p join recipients r on r.campaign_id = $1 and r.id = p.id
       where r.status = p.status and r.failed_at is not distinct from p.failed_at
       order by r.id for update of r ${patient ? '' : 'skip locked'}
     ),
     moved as (
       update recipients r set ${moved}
       from locked where r.campaign_id = $1 and r.id = locked.id
       returning r.id
     )
     select (select count(*)::integer from moved) as moved, (select max(id) from picked) as last`,
    [campaignId, after],
  );
  return rows[0] as { moved: number; last: number | null };
}
