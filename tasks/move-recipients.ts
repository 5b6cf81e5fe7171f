import type { Task } from 'graphile-worker';
import type { Database } from '#db/database.ts';
import { finishMove } from '#db/ledger/campaign-life.ts';
import { requestSettle } from '#db/ledger/conclude.ts';
import { markDoubtful } from '#db/ledger/doubt.ts';
import { moveRecipients } from '#db/ledger/give-back.ts';
import { offerAgain } from '#db/ledger/offer.ts';
import { campaignPayload } from './payloads.ts';

/** After pause, cancel or an account-level stop: takes back, batch by batch, the recipients that must not be sent to. In a retry round: gathers its people; of single people: offers them again. */
export const moveCampaignRecipients =
  (db: Database): Task =>
  async (payload) => {
    const { campaign_id } = campaignPayload.parse(payload);
    // After a restored backup nobody of it is sent to by itself.
    if ((await markDoubtful(db.pool, campaign_id)) > 0) await requestSettle(db.pool, 0);
    await finishMove(db.pool, campaign_id, await moveRecipients(db.pool, campaign_id));
    await offerAgain(db.pool, campaign_id);
  };
