import type { PoolClient } from 'pg';

/**
 * Stops a campaign's claims at once for a reason that concerns every recipient. It ends, with this reason, when nothing is in flight;
 * what was not tried stays pending. The first reason wins. Call it after the recipients' statement of the same transaction (lock order).
 */
export async function stopCampaign(client: PoolClient, campaignId: number, code: string, reason: string): Promise<void> {
  const { rowCount } = await client.query(
    `update campaigns set stop_code = $2, stop_reason = $3, moving = true
     where id = $1 and stop_code is null and status in ('SENDING', 'PAUSED')`,
    [campaignId, code, reason],
  );
  if (rowCount) {
    await client.query(`select graphile_worker.add_job('move_recipients', json_build_object('campaign_id', $1::bigint), priority => -20)`, [
      campaignId,
    ]);
  }
}

/** Has the content itself been refused for at least 20 recipients while nobody's was accepted? Then it is the campaign's fault, not theirs. */
export async function contentRefusedForAll(client: PoolClient, campaignId: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from campaigns c join campaign_failures f on f.campaign_id = c.id and f.failure_code = 'content_rejected'
     where c.id = $1 and c.sent = 0 and f.recipients >= 20`,
    [campaignId],
  );
  return Boolean(rowCount);
}
