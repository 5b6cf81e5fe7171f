import type { LedgerFilter } from '#app/domain/recipients/ledger-filter.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';

export const ROWS_PER_PAGE = 50;

export interface LedgerPage {
  filter: LedgerFilter;
  /** The campaign's version, read before the rows. */
  version: number;
  rows: RecipientJson[];
  nextCursor: string | null;
  /** What the filter's counter said when the page was read. */
  countThen: number;
}
