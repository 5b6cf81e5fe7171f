import type { Pool } from 'pg';

const BATCH = 20_000;

/** As `notReached` counts them: who may have got it, and who asked to be left alone, is not among them. */
const NOT_REACHED = `(status in ('pending', 'cancelled') or status = 'failed' and failure_code not in ('outcome_unknown', 'opted_out'))`;

/**
 * Copies the next batch of a list into its clone, in id order; the clone's own rows say how far it came, so it may be interrupted and
 * repeated. Where a corrected address made two of a kind, one row stays.
 *
 * @param only whom: everybody, or those that the campaign did not reach
 * @param after id of the last source recipient copied
 * @returns that id now, or null when all are copied
 */
export async function cloneRecipients(
  pool: Pool,
  sourceId: number,
  cloneId: number,
  after: number,
  only: 'all' | 'not_reached',
): Promise<number | null> {
  const { rows } = await pool.query<{ last: number | null }>(
    `with picked as (
       select id, address, variables from recipients where campaign_id = $1 and id > $3 ${only === 'not_reached' ? `and ${NOT_REACHED}` : ''} order by id limit ${BATCH}
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
