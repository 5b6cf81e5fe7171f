import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { removeLockedList } from '../recipients/remove-list.server.ts';
import { lockDraft } from './lock-draft.server.ts';

/** Removes a draft at once; the end of a long list follows within seconds. @throws Problem 404, 409 unless DRAFT or while it is copied */
export async function deleteCampaign(db: Database, id: number): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    await lockDraft(client, id, 'deleted', 'update');
    await removeLockedList(client, id);
    await client.query('delete from campaigns where id = $1', [id]);
  });
}
