import { type CampaignListItem, type CampaignListRow, listColumns, toCampaignListItem } from '../campaigns/campaign-json.ts';

/** Of rows that were kept before these columns were there. */
const before: Record<string, unknown> = { revision: 1, sending_ms: 0 };

/**
 * The campaign as it ended, from the row that the alert's trigger kept as JSON: by the time an alert is told, a retry may have changed it.
 *
 * @param row PostgreSQL's to_jsonb of a campaign's row; its times are strings
 */
export function campaignOfSnapshot(row: Record<string, unknown>, retryWindowS: number): CampaignListItem {
  const entries = listColumns.split(', ').map((written) => {
    const column = written.split(' as ').at(-1) as string;
    const value = row[column] ?? before[column] ?? null;
    return [column, typeof value === 'string' && /_(at|until|since)$/.test(column) ? new Date(value) : value];
  });
  return toCampaignListItem(Object.fromEntries(entries) as CampaignListRow, retryWindowS);
}
