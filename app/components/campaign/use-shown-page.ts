import { useLocation } from '@remix-run/react';
import { useCallback, useState } from 'react';
import { ledgerSearch } from '#app/domain/recipients/ledger-filter.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { useLiveRecipients } from '#app/realtime/use-live-recipients.ts';
import { loadJson } from '../load-json.ts';
import type { LedgerPage } from '../recipients/ledger-page.ts';

const filterOf = (page: LedgerPage): string => ledgerSearch(page.filter);

interface ShownPage {
  shown: LedgerPage;
  /** Its rows, as they are now. */
  rows: readonly RecipientJson[];
  /** Shows the list as it would be read now. */
  showChanges: () => void;
}

/**
 * Which reading of the ledger is on screen. While the filter stays, a later reading only renews the rows that are there; another filter, or
 * the reader who asks for the changes, shows the new reading itself.
 */
export function useShownPage(loaded: LedgerPage, path: string, campaignId: number, joins: number, openId: number | null): ShownPage {
  const { search } = useLocation();
  const filter = filterOf(loaded);
  const [shown, setShown] = useState({ page: loaded, reading: 0 });
  const [later, setLater] = useState<LedgerPage | null>(null);

  if (filterOf(shown.page) !== filter) setShown({ page: loaded, reading: shown.reading + 1 });

  const readings = [shown.page, loaded, later].filter((page): page is LedgerPage => page !== null && filterOf(page) === filter);
  const newest = readings.reduce((a, b) => (b.version >= a.version ? b : a), loaded);

  const read = useCallback(async () => {
    const page = await loadJson<LedgerPage>(`${path}/ledger${search}`);
    return page && filterOf(page) === filter ? page : null;
  }, [path, search, filter]);

  const rows = useLiveRecipients(
    { campaignId, key: `${shown.reading}${filter}`, version: newest.version, rows: newest.rows, alsoWatch: openId },
    joins,
    () => void read().then((page) => page && setLater(page)),
  );
  const showChanges = useCallback(() => {
    void read().then((page) => page && setShown((before) => ({ page, reading: before.reading + 1 })));
  }, [read]);
  return { shown: shown.page, rows, showChanges };
}
