import type { PoolClient } from 'pg';
import { addJob } from '#db/jobs.ts';
import { removeFromList } from '#db/ledger/remove-list.ts';
import { conflict } from '../problem.ts';

/**
 * Removes the list of a draft that this transaction has locked, with its import reports. Of a long one only the beginning: a task then
 * removes the rest.
 *
 * @returns whether there is a rest
 * @throws Problem 409 while a clone is copying it
 */
export async function removeLockedList(client: PoolClient, campaignId: number): Promise<boolean> {
  const { rowCount: clones } = await client.query(`select from campaigns where cloned_from = $1 and doing = 'copying'`, [campaignId]);
  if (clones) throw conflict('Its recipients are being copied into a clone. Try again when that is done.', 'preparing');

  const imports = await client.query<{ id: number }>('delete from imports where campaign_id = $1 returning id', [campaignId]);
  const importIds = imports.rows.map(({ id }) => id);
  const more = await removeFromList(client, { campaignId, importIds });
  if (more) {
    await client.query(`select ${addJob('remove_list', { campaign_id: '$1::bigint', import_ids: '$2::bigint[]' })}`, [
      campaignId,
      importIds,
    ]);
  }
  return more;
}
