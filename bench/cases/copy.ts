import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { inTransaction } from '#db/transaction.ts';

/**
 * ms for a COPY of `lines` into a table made for it, commit included.
 *
 * @param columns of the table, as in `create table`
 * @param format what follows the table's name in the COPY statement
 */
export async function timeCopy(pool: Pool, columns: string, format: string, lines: Iterable<string>): Promise<number> {
  await pool.query(`drop table if exists bench_copy; create table bench_copy (${columns})`);
  const began = performance.now();
  await inTransaction(pool, (client) => pipeline(Readable.from(lines), client.query(copyFrom(`copy bench_copy ${format}`))));
  const ms = performance.now() - began;
  await pool.query('drop table bench_copy');
  return ms;
}
