import { Link } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import type { CampaignCounters } from '#app/domain/campaigns/campaign.ts';
import {
  type LedgerFilter,
  type LedgerTab,
  ledgerSearch,
  ledgerTabs,
  tabCount,
  troubleTabs,
  wholeLedger,
} from '#app/domain/recipients/ledger-filter.ts';
import { Count, useNumbers } from '../number.tsx';
import { deliveryLooks, recipientLooks, unsubscribedLook } from '../status-look.ts';
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
  bounced: deliveryLooks.bounced.label,
  complained: deliveryLooks.complained.label,
  unsubscribed: unsubscribedLook.label,
};

/** These show only where there are some: most campaigns never have any. */
const rare: readonly LedgerTab[] = ['suppressed', 'cancelled', ...troubleTabs];
/** After the end these, too. */
const passing: readonly LedgerTab[] = ['waiting', 'sending', 'retrying', 'unknown'];
/** Up to here the counts keep the room of the largest, so that the tabs stand still. */
const ROOM_FOR = 9_999;

interface Props {
  filter: LedgerFilter;
  counters: CampaignCounters;
  ended: boolean;
  path: string;
}

/** Which part of the ledger to see, with counts that follow the campaign. Links, so they can be opened anywhere. */
export function LedgerTabs({ filter, counters, ended, path }: Props) {
  const { count } = useNumbers();
  const optional = ended ? [...rare, ...passing] : rare;
  const shown = ledgerTabs.filter((tab) => !optional.includes(tab) || tab === filter.tab || tabCount(tab, counters) > 0);
  const room = ended ? undefined : count(Math.min(counters.total, ROOM_FOR));
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
              <span className={classes.place} data-room={room} suppressHydrationWarning>
                <span className={classes.count} data-none={tabCount(tab, counters) === 0 || undefined}>
                  <Count value={tabCount(tab, counters)} />
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
