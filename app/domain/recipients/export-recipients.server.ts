import type { Readable } from 'node:stream';
import type { Database } from '#db/database.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { toCell } from '../contacts/csv-cell.ts';
import { csvStream } from '../csv-stream.server.ts';
import type { CsvStyle } from '../csv-style.ts';
import type { RecipientStatus } from './recipient.ts';
import { type RecipientRow, recipientColumns } from './recipient-json.ts';

const columns = [
  ...(['id', 'address', 'status', 'round', 'attempts', 'sent_at', 'failed_at'] as const),
  ...(['failure_code', 'failure_reason', 'provider_message_id', 'delivery'] as const),
];

/** The ledger as CSV in the order of the list, the contact file's columns last; `statuses` empty or null means all. @throws Problem 404 */
export async function exportRecipients(
  db: Database,
  campaignId: number,
  statuses: readonly RecipientStatus[] | null,
  style?: CsvStyle,
): Promise<Readable> {
  const { variables } = await getCampaign(db, campaignId);
  return csvStream<RecipientRow>(db, {
    text: `select ${recipientColumns} from recipients r
           where r.campaign_id = $1 and ($2::recipient_status[] is null or r.status = any($2)) order by r.id`,
    values: [campaignId, statuses?.length ? statuses : null],
    header: [...columns, ...variables.map((name) => `variables.${name}`)],
    cells: (row) => [...columns.map((name) => toCell(row[name])), ...variables.map((name) => toCell(row.variables[name] ?? null))],
    style,
  });
}
