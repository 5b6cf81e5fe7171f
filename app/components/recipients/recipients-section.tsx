import { Button, Title } from '@mantine/core';
import { Link, useNavigation } from '@remix-run/react';
import { IconArrowLeft, IconArrowRight, IconFileDownload, IconRefresh } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { may } from '#app/domain/access/roles.ts';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import type { FailureReason } from '#app/domain/failures.ts';
import { exportSearch, fits, type LedgerFilter, ledgerSearch, tabCount, unseenChanges } from '#app/domain/recipients/ledger-filter.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { useNumbers } from '../number.tsx';
import { useViewer } from '../use-viewer.ts';
import { type LedgerPage, ROWS_PER_PAGE } from './ledger-page.ts';
import { LedgerSearch } from './ledger-search.tsx';
import { LedgerTabs } from './ledger-tabs.tsx';
import { NoRecipients } from './no-recipients.tsx';
import classes from './recipients-section.module.css';
import { RecipientsTable } from './recipients-table.tsx';

interface Props {
  campaign: CampaignJson;
  page: LedgerPage;
  /** The page's rows, as they are now. */
  rows: readonly RecipientJson[];
  reasons: FailureReason[];
  /** Can nobody be sent to again any more? */
  closed: boolean;
  path: string;
  openId: number | null;
  /** Shows the page as it would be read now. */
  onShowChanges: () => void;
}

/** The ledger: tabs, search, and fifty rows that change in place while their order stays. */
export function RecipientsSection({ campaign, page, rows, reasons, closed, path, openId, onShowChanges }: Props) {
  const { filter } = page;
  const { state, location, formMethod } = useNavigation();
  const loading = state === 'loading' && (formMethod === undefined || formMethod === 'GET') && location.pathname === path;
  const left = rows.filter((row) => !fits(filter, row)).length;
  const now = filter.code
    ? (reasons.find((reason) => reason.code === filter.code)?.count ?? page.countThen)
    : tabCount(filter.tab, campaign);
  const unseen = unseenChanges(filter, page.countThen, now, left);
  const mayAct = may(useViewer(), 'recipients:retry');
  const nothingToRead = rows.length === left && filter.trail.length === 0 && unseen > 0;
  useShowOnceNothingIsRead(nothingToRead, onShowChanges);

  return (
    <section className={classes.root} aria-labelledby="recipients">
      <div className={classes.head}>
        <Title order={2} id="recipients" className={classes.title}>
          Recipients
        </Title>
        <LedgerSearch filter={filter} channel={campaign.channel} reasons={reasons} path={path} />
      </div>
      <LedgerTabs filter={filter} counters={campaign} ended={hasEnded(campaign.status)} path={path} />
      {unseen > 0 && !nothingToRead && <UnseenChanges count={unseen} onShow={onShowChanges} />}
      <div className={classes.body} aria-busy={loading} data-loading={loading || undefined}>
        {rows.length === 0 ? (
          <NoRecipients filter={filter} campaign={campaign} path={path} />
        ) : (
          <RecipientsTable
            rows={rows}
            filter={filter}
            path={path}
            search={ledgerSearch(filter)}
            openId={openId}
            mayAct={mayAct}
            closed={closed || campaign.status === 'CANCELLED'}
          />
        )}
      </div>
      <Pager filter={filter} shown={rows.length} nextCursor={page.nextCursor} path={path} campaignId={campaign.id} />
    </section>
  );
}

const AUTO_SHOW_MS = 2_000;

/** An empty page, or one whose rows have all left, disturbs nobody by filling itself; at most every two seconds. */
function useShowOnceNothingIsRead(nothingToRead: boolean, show: () => void): void {
  const latest = useRef(show);
  latest.current = show;
  useEffect(() => {
    if (!nothingToRead) return;
    const timer = setInterval(() => latest.current(), AUTO_SHOW_MS);
    return () => clearInterval(timer);
  }, [nothingToRead]);
}

function UnseenChanges({ count: n, onShow }: { count: number; onShow: () => void }) {
  const { counted } = useNumbers();
  return (
    <div className={classes.unseen}>
      <Button size="compact-sm" radius="xl" leftSection={<IconRefresh size={14} stroke={2} aria-hidden />} onClick={onShow}>
        <span className="numeric" translate="no">
          {counted(n, 'new change', 'new changes')}, show
        </span>
      </Button>
    </div>
  );
}

interface PagerProps {
  filter: LedgerFilter;
  shown: number;
  nextCursor: string | null;
  path: string;
  campaignId: number;
}

function Pager({ filter, shown, nextCursor, path, campaignId }: PagerProps) {
  const { count } = useNumbers();
  const { trail } = filter;
  const mayExport = may(useViewer(), 'people:export');
  // The whole list has its export in the menu above.
  const chosen = shown > 0 && mayExport ? exportSearch(filter) : '';
  if (trail.length === 0 && !nextCursor && !chosen) return null;
  const first = trail.length * ROWS_PER_PAGE + 1;
  const to = (pages: readonly string[]) => ({ pathname: path, search: ledgerSearch({ ...filter, trail: pages }), hash: '#recipients' });
  return (
    <nav className={classes.pager} aria-label="Pages of recipients">
      <span className={classes.range} translate="no" suppressHydrationWarning>
        {shown > 0 && `${count(first)} to ${count(first + shown - 1)}`}
      </span>
      {chosen && (
        <Button
          component="a"
          href={`/api/v1/campaigns/${campaignId}/export.csv${chosen}&delimiter=auto`}
          variant="subtle"
          leftSection={<IconFileDownload size={15} aria-hidden />}
        >
          Export these as CSV
        </Button>
      )}
      {trail.length > 0 && (
        <Button component={Link} to={to(trail.slice(0, -1))} variant="default" leftSection={<IconArrowLeft size={15} aria-hidden />}>
          Previous
        </Button>
      )}
      {nextCursor && (
        <Button component={Link} to={to([...trail, nextCursor])} variant="default" rightSection={<IconArrowRight size={15} aria-hidden />}>
          Next
        </Button>
      )}
    </nav>
  );
}
