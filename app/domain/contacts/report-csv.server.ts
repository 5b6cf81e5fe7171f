import type { Readable } from 'node:stream';
import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { toCell } from '../csv-cell.ts';
import { csvStream } from '../csv-stream.server.ts';
import type { CsvStyle } from '../csv-style.ts';
import { notFound } from '../problem.ts';

interface Row {
  line: number;
  address: string;
  reason: string;
  advice: string | null;
  /** Null of imports before there were such. */
  variables: Record<string, unknown> | null;
}

interface NamedColumn {
  header: string;
  name: string;
}

/**
 * Every row of an import that did not become a recipient, as CSV: line, address, reason, then the file's other columns, in file order.
 * Corrected, it can be imported again: an import knows it by its first three columns.
 *
 * @throws Problem 404, 429 while too many others are read
 */
export async function reportCsv(db: Database, campaignId: number, importId: number, style?: CsvStyle): Promise<Readable> {
  ask('people:export');
  const { rows } = await db.pool.query<{ names: string[]; columns: NamedColumn[] | null }>(
    `select i.columns, array(
       select distinct name from (select variables from import_rejects where import_id = i.id limit 1000) r, jsonb_object_keys(r.variables) name
     ) as names
     from imports i where i.id = $1 and i.campaign_id = $2`,
    [importId, campaignId],
  );
  if (!rows[0]) throw notFound('There is no import');
  await audit(db.pool, { action: 'export.rejected', object: { type: 'campaign', id: campaignId }, after: { import: importId } });
  const others = columnsOf(rows[0].columns ?? [], rows[0].names);
  return csvStream<Row>(db, {
    text: 'select line, address, reason, advice, variables from import_rejects where import_id = $1 order by line',
    values: [importId],
    header: ['line', 'address', 'reason', ...others.map(({ header, name }) => toCell(header || name) as string)],
    cells: ({ line, address, reason, advice, variables }) =>
      [line, address, advice ? `${reason}: ${advice}` : reason, ...others.map(({ name }) => textOf(variables?.[name]))].map(toCell),
    style,
  });
}

/** In the file's order, with its names; then what it has beyond its header. */
function columnsOf(columns: NamedColumn[], names: string[]): NamedColumn[] {
  const kept = columns.filter(({ name }) => names.includes(name));
  const more = names.filter((name) => !columns.some((column) => column.name === name)).sort();
  return [...kept, ...more.map((name) => ({ header: name, name }))];
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
