import type { Pool, PoolClient } from 'pg';

/** People, or lines of import reports, that a transaction removes: 0.3 s. */
const BATCH = 20_000;

/** A draft's people and the reports of how they came; the draft itself may be gone already. */
export interface RemovedList {
  campaignId: number;
  importIds: number[];
}

/** Removes the next batch, in id order; may be interrupted and repeated. @returns whether there may be more */
export async function removeFromList(client: Pool | PoolClient, { campaignId, importIds }: RemovedList): Promise<boolean> {
  const people = await client.query(
    `delete from recipients where campaign_id = $1 and id in (
       select id from recipients where campaign_id = $1 order by id limit ${BATCH})`,
    [campaignId],
  );
  if (people.rowCount === BATCH) return true;
  const lines = await client.query(
    `delete from import_rejects where (import_id, line) in (
       select import_id, line from import_rejects where import_id = any($1::bigint[]) order by import_id, line limit ${BATCH})`,
    [importIds],
  );
  return lines.rowCount === BATCH;
}
