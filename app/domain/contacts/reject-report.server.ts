import type { Database } from '#db/database.ts';
import { csvResponse } from '../csv-stream.server.ts';
import { notFound } from '../problem.ts';

interface Reject {
  line: number;
  address: string;
  reason: string;
}

/** Every row of a contact file that did not become a recipient, in file order, as CSV. @throws Problem 404 */
export async function rejectReport(db: Database, campaignId: number, importId: number): Promise<Response> {
  const known = await db.pool.query('select from imports where id = $1 and campaign_id = $2', [importId, campaignId]);
  if (known.rowCount === 0) throw notFound('There is no import');
  return csvResponse<Reject>(db, `import-${importId}-report.csv`, {
    text: 'select line, address, reason from import_rejects where import_id = $1 order by line',
    values: [importId],
    header: ['line', 'address', 'reason'],
    cells: ({ line, address, reason }) => [line, address, reason],
  });
}
