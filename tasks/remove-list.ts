import type { Task } from 'graphile-worker';
import type { Database } from '#db/database.ts';
import { finishList } from '#db/ledger/campaign-life.ts';
import { removeFromList } from '#db/ledger/remove-list.ts';
import { removalPayload } from './payloads.ts';

/** Removes a deleted or emptied draft's people, batch by batch. Starting over after a crash goes on where it was. */
export const removeList =
  (db: Database): Task =>
  async (payload) => {
    const { campaign_id, import_ids } = removalPayload.parse(payload);
    while (await removeFromList(db.pool, { campaignId: campaign_id, importIds: import_ids }));
    await finishList(db.pool, campaign_id);
  };
