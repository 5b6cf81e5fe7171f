import type { Readable } from 'node:stream';
import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { toCell } from '../csv-cell.ts';
import { csvStream } from '../csv-stream.server.ts';
import type { CsvStyle } from '../csv-style.ts';

const columns = ['channel', 'address', 'reason', 'campaign_id', 'recipient_id', 'created_at', 'created_by', 'source', 'note'] as const;
type Row = Record<(typeof columns)[number], string | number | Date | null>;

/** The whole list as CSV, oldest first: a line for each reason. */
export async function exportSuppressions(db: Database, style?: CsvStyle): Promise<Readable> {
  ask('people:export');
  await audit(db.pool, { action: 'export.suppressions', object: { type: 'suppression' } });
  return csvStream<Row>(db, {
    text: `select s.channel, s.address, r.reason, r.campaign_id, r.recipient_id, r.created_at, r.created_by, r.source, r.note
           from suppressions s join suppression_reasons r on r.suppression_id = s.id order by s.id, r.reason desc, r.source`,
    values: [],
    header: [...columns],
    cells: (row) => columns.map((name) => toCell(row[name])),
    style,
  });
}
