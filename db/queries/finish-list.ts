import type { Pool } from 'pg';

/** The list was copied as a whole, or is empty: from here on it may be sent, or changed. */
export async function finishList(pool: Pool, campaignId: number): Promise<void> {
  await pool.query('update campaigns set preparing = false, emptying = false, preparing_of = null where id = $1 and preparing', [
    campaignId,
  ]);
}
