import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { CampaignJson } from '../campaigns/campaign.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { lockDraft } from '../campaigns/lock-draft.server.ts';

/** Empties a draft's list, to import another; its import reports and known variables go with it. @throws Problem 404, 409 unless DRAFT */
export async function removeRecipients(db: Database, campaignId: number): Promise<CampaignJson> {
  await inTransaction(db.pool, async (client) => {
    await lockDraft(client, campaignId, 'emptied');
    await client.query('delete from recipients where campaign_id = $1', [campaignId]);
    await client.query('delete from imports where campaign_id = $1', [campaignId]);
    await client.query(`update campaigns set variables = '{}' where id = $1`, [campaignId]);
  });
  return getCampaign(db, campaignId);
}
