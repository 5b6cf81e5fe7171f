import type { Readable } from 'node:stream';
import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { toCell } from '../csv-cell.ts';
import { csvStream, linesStream } from '../csv-stream.server.ts';
import type { CsvStyle } from '../csv-style.ts';
import type { AuditEntryJson, AuditFilter } from './audit-entry.ts';
import { auditColumns, auditSelect, auditValues } from './list-audit.server.ts';

/** What the filter leaves of the log as CSV, the oldest first; fields that changed stand as JSON. @throws Problem 422, 429 */
export async function exportAuditCsv(db: Database, filter: AuditFilter, style?: CsvStyle): Promise<Readable> {
  ask('audit:read');
  const values = await tell(db, filter, 'csv');
  return csvStream<AuditEntryJson>(db, {
    // never null: seq, previous, hash
    text: `${auditSelect} and seq is not null order by seq`,
    values,
    header: [...auditColumns],
    cells: (row) =>
      auditColumns.map((name) => {
        const value = row[name];
        return toCell(typeof value === 'object' && value !== null ? JSON.stringify(value) : value);
      }),
    style,
  });
}

/** The same as a JSON object a line. */
export async function exportAuditLines(db: Database, filter: AuditFilter): Promise<Readable> {
  ask('audit:read');
  const values = await tell(db, filter, 'ndjson');
  return linesStream(db, { text: `${auditSelect} and seq is not null order by seq`, values });
}

async function tell(db: Database, filter: AuditFilter, format: string): Promise<unknown[]> {
  const values = await auditValues(db, filter);
  await audit(db.pool, { action: 'export.audit', object: { type: 'audit' }, after: { format, ...filter } });
  return values;
}
