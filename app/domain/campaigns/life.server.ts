import type { Database } from '#db/database.ts';
import * as life from '#db/ledger/campaign-life.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import type { CampaignJson } from './campaign.ts';
import { getCampaign } from './get-campaign.server.ts';
import { lockCampaign, stateConflict } from './locked-campaign.server.ts';

/** Stops claims at once; what is in flight still ends. @throws Problem 404, 409 unless SENDING */
export async function pauseCampaign(db: Database, viewer: Viewer, id: number): Promise<CampaignJson> {
  ask('campaigns:send');
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, viewer, id);
    if (campaign.status !== 'SENDING') throw stateConflict('paused', campaign.status);
    await life.pauseCampaign(client, id);
    await audit(client, {
      action: 'campaign.pause',
      object: { type: 'campaign', id, name: campaign.name },
      before: { status: campaign.status },
    });
  });
  return getCampaign(db, id);
}

/** Goes on where it was paused. @throws Problem 404, 409 unless PAUSED */
export async function resumeCampaign(db: Database, viewer: Viewer, id: number): Promise<CampaignJson> {
  ask('campaigns:send');
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, viewer, id);
    if (campaign.status !== 'PAUSED') throw stateConflict('resumed', campaign.status);
    await life.resumeCampaign(client, id);
    await audit(client, {
      action: 'campaign.resume',
      object: { type: 'campaign', id, name: campaign.name },
      before: { status: campaign.status },
    });
  });
  return getCampaign(db, id);
}

/**
 * Ends it for good: whoever was not tried is cancelled, what is in flight still ends.
 *
 * @throws Problem 404, 409 unless SENDING, PAUSED or SCHEDULED
 */
export async function cancelCampaign(db: Database, viewer: Viewer, id: number): Promise<CampaignJson> {
  ask('campaigns:send');
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, viewer, id);
    if (!['SENDING', 'PAUSED', 'SCHEDULED'].includes(campaign.status)) throw stateConflict('cancelled', campaign.status);
    await life.cancelCampaign(client, id);
    await audit(client, {
      action: 'campaign.cancel',
      object: { type: 'campaign', id, name: campaign.name },
      before: { status: campaign.status },
    });
  });
  return getCampaign(db, id);
}
