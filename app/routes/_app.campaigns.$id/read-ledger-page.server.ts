import { type LedgerPage, ROWS_PER_PAGE } from '#app/components/recipients/ledger-page.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { failureGroups } from '#app/domain/campaigns/failure-groups.server.ts';
import { type LedgerFilter, tabCount, tabStatuses, tabTrouble } from '#app/domain/recipients/ledger-filter.ts';
import { listRecipients } from '#app/domain/recipients/list-recipients.server.ts';
import type { Database } from '#db/database.ts';

/** What those get who may not see people: none. */
export async function hiddenLedgerPage({ version }: CampaignJson, filter: LedgerFilter): Promise<LedgerPage> {
  return { filter, version, rows: [], nextCursor: null, countThen: 0 };
}

/**
 * A page of the ledger as the live page shows it. The campaign has to be read before, so that the rows are at least as new as its version.
 *
 * @throws Problem 422 for a cursor of another list
 */
export async function readLedgerPage(db: Database, campaign: CampaignJson, filter: LedgerFilter): Promise<LedgerPage> {
  const { tab, code, q, trail } = filter;
  const status = tabStatuses(tab) ?? undefined;
  const [list, reasons] = await Promise.all([
    listRecipients(db, campaign.id, {
      ...{ status, code: code ?? undefined, delivery: tabTrouble(tab) ?? undefined, q },
      ...{ cursor: trail.at(-1), limit: ROWS_PER_PAGE },
    }),
    code ? failureGroups(db.pool, campaign.id) : [],
  ]);
  const countThen = code ? (reasons.find((reason) => reason.code === code)?.count ?? 0) : tabCount(tab, campaign);
  return { filter, version: campaign.version, rows: list.data, nextCursor: list.next_cursor, countThen };
}
