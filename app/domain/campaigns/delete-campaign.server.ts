import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { type LockDraftOptions, lockDraft } from './lock-draft.server.ts';
import { removeLockedList } from './remove-list.server.ts';

/**
 * Removes a draft at once; the end of a long list follows within seconds.
 *
 * @param seen revisions of which it must be one; null: whatever it is
 * @throws Problem 404, 409 unless DRAFT or while it is copied, 412 where it is another than was seen
 */
export async function deleteCampaign(db: Database, id: number, seen: LockDraftOptions['seen'] = null): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    await lockDraft(client, id, 'deleted', { seen, strength: 'update' });
    await removeLockedList(client, id);
    await client.query('delete from campaigns where id = $1', [id]);
  });
}
