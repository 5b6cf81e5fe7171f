import type { Task } from 'graphile-worker';
import type { Database } from '#db/database.ts';
import { finishList } from '#db/ledger/campaign-life.ts';
import { cloneRecipients } from '#db/ledger/clone-list.ts';
import { clonePayload } from './payloads.ts';

/** Copies a campaign's list into its clone, batch by batch. Starting over after a crash copies nobody twice. */
export const cloneCampaignRecipients =
  (db: Database): Task =>
  async (payload) => {
    const { campaign_id, clone_id, recipients } = clonePayload.parse(payload);
    let last: number | null = 0;
    while (last !== null) last = await cloneRecipients(db.pool, campaign_id, clone_id, last, recipients);
    await finishList(db.pool, clone_id);
  };
