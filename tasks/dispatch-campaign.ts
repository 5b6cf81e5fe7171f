import type { Task } from 'graphile-worker';
import type { Env } from '#app/env.server.ts';
import type { Database } from '#db/database.ts';
import { dispatchRecipients } from '#db/queries/dispatch-recipients.ts';
import { campaignPayload } from './payloads.ts';

/** Keeps the campaign's window of send jobs filled; asked for by the ledger's trigger when it falls below half. */
export const dispatchCampaign =
  (db: Database, env: Pick<Env, 'emailRate' | 'smsRate'>): Task =>
  async (payload) => {
    const { campaign_id } = campaignPayload.parse(payload);
    while ((await dispatchRecipients(db.pool, campaign_id, { email: env.emailRate, sms: env.smsRate })).more);
  };
