import { stringify } from 'csv-stringify/sync';
import { ask } from '../access/ask.server.ts';
import { type ReportRow, type ReportView, reportNumbers, reportUnit } from './period.ts';

/** One line for each day, week or month, as the other exports are written. Columns are named as in reporting.daily_sends. */
export function reportCsv(view: ReportView, rows: readonly ReportRow[]): string {
  ask('campaigns:read');
  return stringify(
    rows.map((row) => [row.start, ...reportNumbers.map((name) => row[name])]),
    { header: true, bom: true, record_delimiter: 'windows', columns: [reportUnit(view), ...reportNumbers] },
  );
}
