import type { Readable } from 'node:stream';
import type { Database } from '#db/database.ts';
import { toCell } from '../contacts/csv-cell.ts';
import { csvStream } from '../csv-stream.server.ts';
import { type SuppressionRow, suppressionColumns } from './list-suppressions.server.ts';

const columns = ['channel', 'address', 'reason', 'campaign_id', 'recipient_id', 'created_at', 'created_by'] as const;

/** The whole list as CSV, oldest first. */
export function exportSuppressions(db: Database): Promise<Readable> {
  return csvStream<SuppressionRow>(db, {
    text: `select ${suppressionColumns} from suppressions s order by s.id`,
    values: [],
    header: [...columns],
    cells: (row) => columns.map((name) => toCell(row[name])),
  });
}
