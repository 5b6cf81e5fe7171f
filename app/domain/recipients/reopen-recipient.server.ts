import type { PoolClient } from 'pg';
import type { Viewer } from '../access/roles.ts';
import { lockCampaign } from '../campaigns/locked-campaign.server.ts';

/**
 * Queues one recipient that was just given a new round, and reopens its campaign for it alone where it has ended: recipients that were
 * never tried stay pending. Call it after the recipient's own statement (lock order).
 */
export async function sendOneAgain(client: PoolClient, viewer: Viewer, campaignId: number, recipientId: number): Promise<void> {
  const campaign = await lockCampaign(client, viewer, campaignId);
  if (campaign.status === 'FAILED' || campaign.status === 'PARTIALLY_SENT') {
    await client.query(
      `update campaigns set status = 'SENDING', failed_at = null, finished_at = null, failure_code = null, failure_reason = null,
         rest_code = case when pending > 0 then failure_code end, rest_reason = case when pending > 0 then failure_reason end
       where id = $1`,
      [campaignId],
    );
  }
  await client.query(
    `select graphile_worker.add_job('send_' || $3::text,
       json_build_object('campaign_id', r.campaign_id, 'recipient_id', r.id, 'dispatch_seq', r.dispatch_seq), max_attempts => 4, priority => -10)
     from recipients r where r.campaign_id = $1 and r.id = $2 and r.status = 'queued'`,
    [campaignId, recipientId, campaign.channel],
  );
}
