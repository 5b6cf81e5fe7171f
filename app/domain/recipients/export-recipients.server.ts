import type { Readable } from 'node:stream';
import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { searchPrefixes } from '../addresses/search-prefixes.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { toCell } from '../csv-cell.ts';
import { csvStream } from '../csv-stream.server.ts';
import type { CsvStyle } from '../csv-style.ts';
import { numbersOf } from './numbers-of.server.ts';
import { beginsWith, inTrouble } from './page-recipients.server.ts';
import type { RecipientStatus, Trouble } from './recipient.ts';
import { type RecipientRow, recipientColumns } from './recipient-json.ts';

const columns = [
  ...(['id', 'address', 'status', 'round', 'attempts', 'sent_at', 'failed_at'] as const),
  ...(['failure_code', 'failure_reason', 'provider_message_id', 'delivery'] as const),
];

/** What is left out is not asked for; an empty list of statuses is none. */
export interface ExportFilter {
  status?: readonly RecipientStatus[] | undefined;
  code?: string | undefined;
  delivery?: Trouble | undefined;
  /** An address or number, whole or its beginning, in any spelling. */
  q?: string | undefined;
}

/**
 * The ledger, or what the filter leaves of it, as CSV in the order of the list, the contact file's columns last. Reads the campaign's whole
 * list whatever the filter: a file is no page. @throws Problem 404
 */
export async function exportRecipients(
  db: Database,
  campaignId: number,
  { status, code, delivery, q }: ExportFilter,
  style?: CsvStyle,
): Promise<Readable> {
  ask('people:export');
  const { variables, channel, name } = await getCampaign(db, campaignId);
  await audit(db.pool, {
    action: 'export.recipients',
    object: { type: 'campaign', id: campaignId, name },
    after: { status, code, delivery, searched: Boolean(q?.trim()) },
  });
  const beginnings = q?.trim() ? searchPrefixes(channel, q, await numbersOf(db, campaignId, channel)) : null;
  return csvStream<RecipientRow>(db, {
    text: `select ${recipientColumns} from recipients r
           where r.campaign_id = $1 and ($2::recipient_status[] is null or r.status = any($2)) and ($3::text is null or r.failure_code = $3)
             and ${beginsWith('$4')} ${delivery ? `and ${inTrouble(delivery)}` : ''} order by r.id`,
    values: [campaignId, status?.length ? status : null, code || null, beginnings],
    header: [...columns, ...variables.map((name) => `variables.${name}`)],
    cells: (row) => [...columns.map((name) => toCell(row[name])), ...variables.map((name) => toCell(row.variables[name] ?? null))],
    style,
  });
}
