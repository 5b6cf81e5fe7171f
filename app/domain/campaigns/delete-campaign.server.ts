import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { auditedDraft } from './audited-draft.server.ts';
import { type LockDraftOptions, lockDraft } from './lock-draft.server.ts';
import { removeLockedList } from './remove-list.server.ts';

/**
 * Removes a draft at once; the end of a long list follows within seconds.
 *
 * @param seen revisions of which it must be one; null: whatever it is
 * @throws Problem 404, 409 unless DRAFT or while it is copied, 412 where it is another than was seen
 */
export async function deleteCampaign(db: Database, id: number, seen: LockDraftOptions['seen'] = null): Promise<void> {
  ask('campaigns:write');
  await inTransaction(db.pool, async (client) => {
    const draft = await lockDraft(client, id, 'deleted', { seen, strength: 'update' });
    await removeLockedList(client, id);
    await client.query('delete from campaigns where id = $1', [id]);
    const before = { ...auditedDraft({ ...draft, from: draft.sender }), recipients: draft.total };
    await audit(client, { action: 'campaign.delete', object: { type: 'campaign', id, name: draft.name }, before });
  });
}
