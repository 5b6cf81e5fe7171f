import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { lockDraft } from './lock-draft.server.ts';

/** Removes a draft with its recipients. @throws Problem 404, 409 unless DRAFT */
export async function deleteCampaign(db: Database, id: number): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    await lockDraft(client, id, 'deleted', 'update');
    await client.query('delete from campaigns where id = $1', [id]);
  });
}
