import type { Readable } from 'node:stream';
import type { Database } from '#db/database.ts';
import { csvStream } from '../csv-stream.server.ts';
import { notFound } from '../problem.ts';
import { toCell } from './csv-cell.ts';

const columns = ['line', 'address', 'reason'] as const;
type Row = { line: number; address: string; reason: string };

/**
 * Every row of an import that did not become a recipient, as CSV: line, address, reason, in file order.
 *
 * @throws Problem 404, 429 while too many others are read
 */
export async function reportCsv(db: Database, campaignId: number, importId: number): Promise<Readable> {
  const { rowCount } = await db.pool.query('select from imports where id = $1 and campaign_id = $2', [importId, campaignId]);
  if (rowCount === 0) throw notFound('There is no import');
  return csvStream<Row>(db, {
    text: 'select line, address, reason from import_rejects where import_id = $1 order by line',
    values: [importId],
    header: [...columns],
    cells: (row) => columns.map((name) => toCell(row[name])),
  });
}
