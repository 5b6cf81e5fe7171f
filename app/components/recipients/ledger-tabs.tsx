import { Link } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import type { CampaignCounters } from '#app/domain/campaigns/campaign.ts';
import {
  type LedgerFilter,
  type LedgerTab,
  ledgerSearch,
  ledgerTabs,
  tabCount,
  wholeLedger,
} from '#app/domain/recipients/ledger-filter.ts';
import { Count } from '../number.tsx';
import { recipientLooks } from '../status-look.ts';
import classes from './ledger-tabs.module.css';

const labels: Record<LedgerTab, string> = {
  all: 'All',
  waiting: recipientLooks.pending.label,
  sending: recipientLooks.sending.label,
  retrying: recipientLooks.retrying.label,
  unknown: recipientLooks.unknown.label,
  sent: recipientLooks.sent.label,
  failed: recipientLooks.failed.label,
  suppressed: recipientLooks.suppressed.label,
  cancelled: recipientLooks.cancelled.label,
};

/** These show only where there are some: most campaigns never have any. */
const rare: readonly LedgerTab[] = ['suppressed', 'cancelled'];

/** Which part of the ledger to see, with counts that follow the campaign. Links, so they can be opened anywhere. */
export function LedgerTabs({ filter, counters, path }: { filter: LedgerFilter; counters: CampaignCounters; path: string }) {
  const shown = ledgerTabs.filter((tab) => !rare.includes(tab) || tab === filter.tab || tabCount(tab, counters) > 0);
  const scroller = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen tab comes into view whenever another is chosen
  useEffect(() => {
    const nav = scroller.current;
    const chosen = nav?.querySelector<HTMLElement>('[aria-current]');
    if (nav && chosen) nav.scrollLeft = chosen.offsetLeft - (nav.clientWidth - chosen.offsetWidth) / 2;
  }, [filter.tab]);
  return (
    <nav ref={scroller} className={classes.root} aria-label="Recipients by status">
      <ul className={classes.list}>
        {shown.map((tab) => (
          <li key={tab}>
            <Link
              to={{ pathname: path, search: ledgerSearch({ ...wholeLedger, tab, q: filter.q }) }}
              preventScrollReset
              className={classes.tab}
              aria-current={tab === filter.tab ? 'page' : undefined}
              data-tab={tab}
            >
              {labels[tab]}
              <span className={classes.count} data-none={tabCount(tab, counters) === 0 || undefined}>
                <Count value={tabCount(tab, counters)} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export { labels as tabLabels };
