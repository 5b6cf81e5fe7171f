import type { Database } from '#db/database.ts';
import { emptyList } from '#db/ledger/campaign-life.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Actor } from '../access/actor.server.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { CampaignJson } from '../campaigns/campaign.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { lockDraft } from '../campaigns/lock-draft.server.ts';
import { removeLockedList } from '../campaigns/remove-list.server.ts';

/**
 * Empties a draft's list, to import another; its import reports and known variables go with it. Where the list is long, it is `emptying`
 * when this answers.
 *
 * @throws Problem 404; 409 unless DRAFT or while it is copied
 */
export async function removeRecipients(db: Database, campaignId: number, viewer?: Actor): Promise<CampaignJson> {
  ask('campaigns:write');
  await inTransaction(db.pool, async (client) => {
    const { total, name } = await lockDraft(client, campaignId, 'emptied', { viewer });
    const more = await removeLockedList(client, campaignId);
    await emptyList(client, campaignId, more ? total : null);
    await audit(client, { action: 'recipient.remove', object: { type: 'campaign', id: campaignId, name }, before: { recipients: total } });
  });
  return getCampaign(db, campaignId);
}
