import type { Pool } from 'pg';
import { becomes } from './becomes.ts';

const BATCH = 2_000;

/** In words for the recipient's story. */
export const RESTORED_REASON =
  'The database was restored from a backup. Whether this message went out after the backup was made is not known here.';

const doubted = becomes('doubt', 'unknown', {
  attempts: 'least(r.attempts + 1, 4)',
  attempt_id: `nextval('attempt_ids')`,
  dispatch_seq: 'r.dispatch_seq + 1',
  unknown_until: `case locked.channel when 'sms' then now() end`,
  failure_code: `'outcome_unknown'`,
  failure_reason: '$4',
});

interface Batch {
  n: number;
  last: number | null;
}

/**
 * Makes all that were still to be sent to in a restored campaign `unknown`: texts are looked for at the provider first (their deadline is now),
 * emails wait for a person. An attempt may have been made, so one counts. Batch by batch, in the order of recipients_by_list.
 */
export async function markDoubtful(pool: Pool, campaignId: number): Promise<number> {
  const { rowCount: doubtful } = await pool.query('select from campaigns where id = $1 and doubtful', [campaignId]);
  if (!doubtful) return 0;
  let marked = 0;
  // In this order: a claim that comes upon a paused campaign gives a retrying one back as pending, and nothing goes the other way.
  for (const listed of ['retrying', 'pending']) {
    for (let last: number | null = 0; last !== null; ) {
      const { rows }: { rows: Batch[] } = await pool.query<Batch>(
        `with campaign as (select channel, doing from campaigns where id = $1),
         picked as (
           select id from recipients where campaign_id = $1 and (listed_as, id) > ($2::recipient_status, $3) and listed_as <= $2::recipient_status
           order by listed_as, id limit ${BATCH}
         ),
         locked as (
           select r.id, c.channel from campaign c, picked p join recipients r on r.campaign_id = $1 and r.id = p.id
           where r.status in ('queued', 'retrying') or (r.status = 'pending' and c.doing <> 'singles')
           order by r.id for update of r
         ),
         marked as (
           update recipients r set ${doubted}
           from locked where r.campaign_id = $1 and r.id = locked.id
           returning r.id
         )
         select (select count(*)::integer from marked) as n, (select max(id) from picked) as last`,
        [campaignId, listed, last, RESTORED_REASON],
      );
      marked += rows[0]?.n ?? 0;
      last = rows[0]?.last ?? null;
    }
  }
  await pool.query('update campaigns set doubtful = false where id = $1', [campaignId]);
  return marked;
}
