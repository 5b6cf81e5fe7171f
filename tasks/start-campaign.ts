import type { Task } from 'graphile-worker';
import { startScheduledCampaign } from '#app/domain/campaigns/send-campaign.server.ts';
import type { Database } from '#db/database.ts';
import { startPayload } from './payloads.ts';

/** The time of a scheduled campaign has come. */
export const startCampaign =
  (db: Database): Task =>
  async (payload) => {
    const { campaign_id, scheduled_at } = startPayload.parse(payload);
    await startScheduledCampaign(db, campaign_id, scheduled_at);
  };
