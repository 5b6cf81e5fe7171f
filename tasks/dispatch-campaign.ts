import { setTimeout as delay } from 'node:timers/promises';
import type { Task } from 'graphile-worker';
import type { Env } from '#app/config/env.server.ts';
import type { Database } from '#db/database.ts';
import { dispatchRecipients } from '#db/ledger/offer.ts';
import { campaignPayload } from './payloads.ts';

const LOCKED_MS = 20;

/** Keeps the campaign's window of send jobs filled; asked for by the ledger's trigger when it falls below half. */
export const dispatchCampaign =
  (db: Database, env: Pick<Env, 'emailRate' | 'smsRate'>): Task =>
  async (payload) => {
    const { campaign_id } = campaignPayload.parse(payload);
    for (;;) {
      const { queued, more } = await dispatchRecipients(db.pool, campaign_id, { email: env.emailRate, sms: env.smsRate });
      if (!more) return;
      // Whoever is pending is still locked by the statement that made them so.
      if (queued === 0) await delay(LOCKED_MS);
    }
  };
