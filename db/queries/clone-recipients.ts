import type { Pool } from 'pg';

const BATCH = 20_000;

/**
 * Copies the next batch of a list into its clone, in id order; the clone's own rows say how far it came, so it may be interrupted and
 * repeated. Where a corrected address made two of a kind, one row stays.
 *
 * @param after id of the last source recipient copied
 * @returns that id now, or null when all are copied
 */
export async function cloneRecipients(pool: Pool, sourceId: number, cloneId: number, after: number): Promise<number | null> {
  const { rows } = await pool.query<{ last: number | null }>(
    `with picked as (
       select id, address, variables from recipients where campaign_id = $1 and id > $3 order by id limit ${BATCH}
     ),
     copied as (
       insert into recipients (campaign_id, address, variables)
       select $2, address, variables from picked order by id
       on conflict (campaign_id, address) do nothing
     )
     select max(id) as last from picked`,
    [sourceId, cloneId, after],
  );
  return rows[0]?.last ?? null;
}
