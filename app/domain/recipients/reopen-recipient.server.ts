import type { PoolClient } from 'pg';
import type { Viewer } from '../access/roles.ts';
import { hasEnded } from '../campaigns/campaign.ts';
import { lockCampaign } from '../campaigns/locked-campaign.server.ts';
import { Problem } from '../problem.ts';

/**
 * Queues recipients that were just given a new round, and reopens their campaign for them alone where it has ended: recipients that were
 * never tried stay pending, and it ends again when and how it had ended, but for what these change. Call it after the recipients' own
 * statement (lock order).
 *
 * @throws Problem 409 while a cancelled campaign is still being ended
 */
export async function sendAgain(client: PoolClient, viewer: Viewer, campaignId: number, recipientIds: readonly number[]): Promise<void> {
  const campaign = await lockCampaign(client, viewer, campaignId);
  if (hasEnded(campaign.status)) {
    const { rowCount } = await client.query(
      `update campaigns set status = 'SENDING', failed_at = null, finished_at = null, failure_code = null, failure_reason = null,
         reopened_from = status, reopened_finished_at = finished_at, reopened_failed_at = failed_at,
         rest_code = case when pending > 0 then failure_code end, rest_reason = case when pending > 0 then failure_reason end
       where id = $1 and not (status = 'CANCELLED' and (moving or unknown > held))`,
      [campaignId],
    );
    if (!rowCount) throw new Problem(409, 'conflict', 'The campaign is just being cancelled. Try again in half a minute.');
  }
  await client.query(
    `select graphile_worker.add_jobs(array_agg((
       'send_' || $3::text, json_build_object('campaign_id', r.campaign_id, 'recipient_id', r.id, 'dispatch_seq', r.dispatch_seq),
       null, null, 4, null, -10, null)::graphile_worker.job_spec order by r.id))
     from recipients r where r.campaign_id = $1 and r.id = any($2::bigint[]) and r.status = 'queued' having count(*) > 0`,
    [campaignId, recipientIds, campaign.channel],
  );
}
