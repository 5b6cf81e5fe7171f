import type { PoolClient } from 'pg';

/**
 * Adds the jobs of recipients that were just given a new round. That their statement opened an ended campaign again, for them alone, is the
 * trigger's work: recipients that were never tried stay pending, and the campaign ends again when and how it had ended, but for these.
 */
export async function sendAgain(client: PoolClient, campaignId: number, recipientIds: readonly number[]): Promise<void> {
  await client.query(
    `select graphile_worker.add_jobs(array_agg((
       'send_' || c.channel, json_build_object('campaign_id', r.campaign_id, 'recipient_id', r.id, 'dispatch_seq', r.dispatch_seq),
       null, null, 4, null, -10, null)::graphile_worker.job_spec order by r.id))
     from recipients r join campaigns c on c.id = r.campaign_id
     where r.campaign_id = $1 and r.id = any($2::bigint[]) and r.status = 'queued' having count(*) > 0`,
    [campaignId, recipientIds],
  );
}
