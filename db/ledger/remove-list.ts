import type { Pool, PoolClient } from 'pg';

/** People, or lines of import reports, that a transaction removes: 0.3 s. */
const BATCH = 20_000;

/** A draft's people and the reports of how they came; the draft itself may be gone already. */
export interface RemovedList {
  campaignId: number;
  importIds: number[];
}

/**
 * Removes the next batch, in id order; may be interrupted and repeated. As arrays, since a join of the batch with the list was planned as a
 * loop over both where statistics were old: 20 minutes for a batch, seen on a busy machine.
 *
 * @returns whether there may be more
 */
export async function removeFromList(client: Pool | PoolClient, { campaignId, importIds }: RemovedList): Promise<boolean> {
  const people = await client.query(
    `delete from recipients where campaign_id = $1 and id = any(array(
       select id from recipients where campaign_id = $1 order by id limit ${BATCH}))`,
    [campaignId],
  );
  if (people.rowCount === BATCH) return true;
  const lines = await client.query(
    `delete from import_rejects where ctid = any(array(
       select ctid from import_rejects where import_id = any($1::bigint[]) order by import_id, line limit ${BATCH}))`,
    [importIds],
  );
  return lines.rowCount === BATCH;
}
