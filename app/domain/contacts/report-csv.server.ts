import type { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import QueryStream from 'pg-query-stream';
import type { Database } from '#db/database.ts';
import { notFound } from '../problem.ts';
import { csvCell } from './csv-cell.ts';

/**
 * Every row of an import that did not become a recipient, as CSV (UTF-8 with a byte order mark, so that Excel reads it right):
 * line, address, reason, in file order. Streams; its connection is given back at its end, or when the stream is destroyed.
 *
 * @throws Problem 404
 */
export async function reportCsv(db: Database, campaignId: number, importId: number): Promise<Readable> {
  const client = await db.pool.connect();
  try {
    const { rowCount } = await client.query('select from imports where id = $1 and campaign_id = $2', [importId, campaignId]);
    if (rowCount === 0) {
      throw notFound('There is no import');
    }
  } catch (error) {
    client.release();
    throw error;
  }
  const rows = client.query(
    new QueryStream('select line, address, reason from import_rejects where import_id = $1 order by line', [importId], { batchSize: 1000 }),
  );
  rows.once('close', () => client.release());
  const csv = stringify({
    header: true,
    bom: true,
    record_delimiter: 'windows',
    columns: ['line', 'address', 'reason'],
    cast: { string: csvCell },
  });
  rows.once('error', (error) => csv.destroy(error));
  csv.once('close', () => rows.destroy());
  return rows.pipe(csv);
}
