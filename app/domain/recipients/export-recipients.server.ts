import type { Database } from '#db/database.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { csvResponse } from '../csv-stream.server.ts';
import type { RecipientStatus } from './recipient.ts';
import { type RecipientRow, recipientColumns } from './recipient-json.ts';

const columns = ['id', 'address', 'status', 'round', 'attempts', 'sent_at', 'failed_at', 'failure_code', 'failure_reason'] as const;
const more = ['provider_message_id', 'delivery'] as const;

/** The ledger as CSV in the order of the list, the contact file's columns last; `statuses` empty or null means all. @throws Problem 404 */
export async function exportRecipients(db: Database, campaignId: number, statuses: readonly RecipientStatus[] | null): Promise<Response> {
  const { variables } = await getCampaign(db, campaignId);
  return csvResponse<RecipientRow>(db, `campaign-${campaignId}-recipients.csv`, {
    text: `select ${recipientColumns} from recipients r
           where r.campaign_id = $1 and ($2::recipient_status[] is null or r.status = any($2)) order by r.id`,
    values: [campaignId, statuses?.length ? statuses : null],
    header: [...columns, ...more, ...variables.map((name) => `variables.${name}`)],
    cells: (row) => [
      ...[...columns, ...more].map((name) => {
        const value = row[name];
        return value instanceof Date ? value.toISOString() : value;
      }),
      ...variables.map((name) => row.variables[name] ?? null),
    ],
  });
}
