import type { CampaignCounters } from '../campaigns/campaign.ts';
import type { RecipientJson, RecipientStatus, Trouble } from './recipient.ts';

/** What the reader chose to see of the ledger. It lives in the URL, so that it can be shared, and works without scripts. */
export interface LedgerFilter {
  tab: LedgerTab;
  /** A failure code. */
  code: string | null;
  /** An address or number, whole or its beginning. */
  q: string;
  /** The cursors of the pages on the way here, the last one this page's; none on the first. So the way back needs no second index. */
  trail: readonly string[];
}

const BETWEEN = '~';
/** A URL stays below 8 kB; who goes on further finds the first page at the end of the way back. */
const LONGEST_TRAIL = 150;

/** The whole ledger from its beginning. */
export const wholeLedger: LedgerFilter = { tab: 'all', code: null, q: '', trail: [] };

/** What came of messages after they were taken; these people are counted by their status as well. */
export const troubleTabs = ['bounced', 'complained', 'unsubscribed'] as const satisfies readonly Trouble[];

export const ledgerTabs = [
  ...(['all', 'waiting', 'sending', 'retrying', 'unknown', 'sent', 'failed', 'suppressed', 'cancelled'] as const),
  ...troubleTabs,
];
export type LedgerTab = (typeof ledgerTabs)[number];

const statuses: Record<Exclude<LedgerTab, (typeof troubleTabs)[number]>, readonly RecipientStatus[] | null> = {
  all: null,
  waiting: ['pending', 'queued'],
  sending: ['sending'],
  retrying: ['retrying'],
  unknown: ['unknown'],
  sent: ['sent'],
  failed: ['failed'],
  suppressed: ['suppressed'],
  cancelled: ['cancelled'],
};

/** What a tab shows where it goes by what came of the message; null for tabs that go by status. */
export function tabTrouble(tab: LedgerTab): (typeof troubleTabs)[number] | null {
  return troubleTabs.find((trouble) => trouble === tab) ?? null;
}

/** The recipients' statuses that a tab shows; null for all. To the reader, pending and queued are one: waiting. */
export function tabStatuses(tab: LedgerTab): readonly RecipientStatus[] | null {
  return statuses[tab as keyof typeof statuses] ?? null;
}

export function tabCount(tab: LedgerTab, counters: CampaignCounters): number {
  const trouble = tabTrouble(tab);
  if (trouble) return counters[trouble];
  return tabStatuses(tab)?.reduce((sum, status) => sum + counters[status], 0) ?? counters.total;
}

/** Reads a page's search parameters; whatever is not understood is as if it were not there. The API's words for a status work too. */
export function readLedgerFilter(params: URLSearchParams): LedgerFilter {
  const status = params.get('delivery') ?? params.get('status') ?? 'all';
  const tab = status === 'pending' || status === 'queued' ? 'waiting' : ledgerTabs.find((one) => one === status);
  const code = params.get('code')?.match(/^[a-z_]{1,40}$/)?.[0] ?? null;
  return {
    tab: tab ?? 'all',
    code,
    q: (params.get('q') ?? '').trim().slice(0, 320),
    trail: (params.get('page') ?? '').split(BETWEEN).filter(Boolean),
  };
}

/** The search part of a URL that shows this, with its `?`, or nothing for the plain ledger. */
export function ledgerSearch({ tab, code, q, trail }: LedgerFilter): string {
  const params = new URLSearchParams();
  if (tab !== 'all') params.set(tabParam(tab), tab);
  if (code) params.set('code', code);
  if (q) params.set('q', q);
  if (trail.length > 0) params.set('page', trail.slice(-LONGEST_TRAIL).join(BETWEEN));
  const search = params.toString();
  return search && `?${search}`;
}

/** The search parameter that names a tab. */
export function tabParam(tab: LedgerTab): 'status' | 'delivery' {
  return tabTrouble(tab) ? 'delivery' : 'status';
}

/** The search part of the export with everybody whom this shows, on all pages; the API's own parameters. */
export function exportSearch({ tab, code, q }: LedgerFilter): string {
  const params = new URLSearchParams();
  const trouble = tabTrouble(tab);
  if (trouble) params.set('delivery', trouble);
  const status = tabStatuses(tab);
  if (status) params.set('status', status.join(','));
  if (code) params.set('code', code);
  if (q) params.set('q', q);
  const search = params.toString();
  return search && `?${search}`;
}

type FittingRow = Pick<RecipientJson, 'status' | 'failure_code'> &
  Partial<Pick<RecipientJson, 'delivery' | 'unsubscribed_at' | 'complained_at'>>;

/** Does a row still belong to what the reader chose? A search goes by the address, which does not change. */
export function fits(filter: Pick<LedgerFilter, 'tab' | 'code'>, row: FittingRow): boolean {
  const trouble = tabTrouble(filter.tab);
  if (
    trouble === 'unsubscribed'
      ? !row.unsubscribed_at
      : trouble && row.delivery !== trouble && !(trouble === 'complained' && row.complained_at)
  )
    return false;
  return (tabStatuses(filter.tab)?.includes(row.status) ?? true) && (filter.code === null || row.failure_code === filter.code);
}

/**
 * How many changes a filtered page does not show yet: rows that left, and rows that came in, as far as the counters tell. Rows that came
 * and went unseen cannot be counted, so it is a least number; 0 means that the page is as good as new.
 *
 * @param countThen what the counters said of this filter when the page was read
 * @param left rows on the page that no longer belong to it
 */
export function unseenChanges(filter: LedgerFilter, countThen: number, countNow: number, left: number): number {
  if (filter.tab === 'all' || filter.q !== '') return 0;
  return left + Math.max(0, countNow - countThen + left);
}
