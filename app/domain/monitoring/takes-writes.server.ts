import type { Pool } from 'pg';

/**
 * Whether the database takes writes: it is no standby and not set to read only, and its disk has room for half a megabyte. What is written to
 * find out are temporary files, gone with the statement. A millisecond or two.
 *
 * @throws what PostgreSQL says, 53100 where the disk is full
 */
export async function takesWrites(pool: Pool): Promise<boolean> {
  // Two statements in one transaction: below so much memory the series goes to the disk.
  const results = (await pool.query(
    `set local work_mem = '64kB';
     select count(*) > 0 and not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as writes from generate_series(1, 30000)`,
  )) as unknown as { rows: { writes?: boolean }[] }[];
  return results.at(-1)?.rows[0]?.writes === true;
}
