import { type Readable, Transform } from 'node:stream';
import { stringify } from 'csv-stringify';
import QueryStream from 'pg-query-stream';
import type { Database } from '#db/database.ts';
import { notFound } from '../problem.ts';
import { csvCell } from './csv-cell.ts';

interface Reject {
  line: number;
  address: string;
  reason: string;
  advice: string | null;
  variables: Record<string, unknown> | null;
}

/**
 * Every row of an import that did not become a recipient, as CSV (UTF-8 with a byte order mark, so that Excel reads it right):
 * line, address, reason, then the file's other columns, in file order; corrected, it can be imported again. Streams; its connection is given back at its end, or when the stream is destroyed.
 *
 * @throws Problem 404
 */
export async function reportCsv(db: Database, campaignId: number, importId: number): Promise<Readable> {
  const client = await db.pool.connect();
  let others: { header: string; name: string }[];
  try {
    const { rows } = await client.query<{ names: string[]; columns: { header: string; name: string }[] | null }>(
      `select i.columns, array(select distinct name from (select variables from import_rejects where import_id = i.id limit 1000) r,
         jsonb_object_keys(r.variables) name) as names
       from imports i where i.id = $1 and i.campaign_id = $2`,
      [importId, campaignId],
    );
    if (!rows[0]) {
      throw notFound('There is no import');
    }
    others = columnsOf(rows[0].columns ?? [], rows[0].names);
  } catch (error) {
    client.release();
    throw error;
  }
  const rows = client.query(
    new QueryStream('select line, address, reason, advice, variables from import_rejects where import_id = $1 order by line', [importId], {
      batchSize: 1000,
    }),
  );
  rows.once('close', () => client.release());
  const csv = stringify({ bom: true, record_delimiter: 'windows', cast: { string: csvCell } });
  csv.write(['line', 'address', 'reason', ...others.map(({ header, name }) => header || name)]);
  const cells = new Transform({
    objectMode: true,
    transform({ line, address, reason, advice, variables }: Reject, _, next) {
      next(null, [line, address, advice ? `${reason}: ${advice}` : reason, ...others.map(({ name }) => textOf(variables?.[name]))]);
    },
  });
  rows.once('error', (error) => csv.destroy(error));
  csv.once('close', () => rows.destroy());
  return rows.pipe(cells).pipe(csv);
}

/** In the file's order, with its names; then what it has beyond its header. */
function columnsOf(columns: { header: string; name: string }[], names: string[]): { header: string; name: string }[] {
  const kept = columns.filter(({ name }) => names.includes(name));
  const more = names.filter((name) => !columns.some((column) => column.name === name)).sort();
  return [...kept, ...more.map((name) => ({ header: name, name }))];
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
