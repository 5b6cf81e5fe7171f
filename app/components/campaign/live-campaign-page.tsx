import { Outlet, useFetcher, useLocation, useParams, useRevalidator } from '@remix-run/react';
import { useCallback, useEffect, useState } from 'react';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import { ledgerSearch } from '#app/domain/recipients/ledger-filter.ts';
import { tellServerTime } from '#app/realtime/server-clock.ts';
import { useLiveCampaign } from '#app/realtime/use-live-campaign.ts';
import { useLiveRecipients } from '#app/realtime/use-live-recipients.ts';
import { PageHeader } from '../page-header.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { type LedgerPage, RecipientsSection } from '../recipients/recipients-section.tsx';
import { CampaignStatusBadge } from '../status-badge.tsx';
import { type ActAnswer, CampaignActions } from './campaign-actions.tsx';
import { CampaignNotice } from './campaign-notice.tsx';
import { FailureReasons } from './failure-reasons.tsx';
import classes from './live-campaign-page.module.css';
import type { LiveOutlet } from './live-outlet.ts';
import { LiveSummary } from './live-summary.tsx';
import { MinutesCard } from './minutes-card.tsx';
import { ProgressHero } from './progress-hero.tsx';
import { ReconnectingBar } from './reconnecting-bar.tsx';
import { type Insights, useInsights } from './use-insights.ts';
import { usePace } from './use-pace.ts';
import { useTabProgress } from './use-tab-progress.ts';

interface Props {
  campaign: CampaignJson;
  page: LedgerPage;
  insights: Insights;
  maySend: boolean;
  /** When the server made the page. */
  now: string;
  /** Of a form that was sent without scripts. */
  answer: ActAnswer | null;
}

/** The campaign, live: how far it is, what stands in its way, and every recipient. */
export function LiveCampaignPage({ campaign: loaded, page, insights: loadedInsights, maySend, now, answer }: Props) {
  const path = `/campaigns/${loaded.id}`;
  const { rid } = useParams();
  const openId = rid === undefined ? null : Number(rid);
  const { campaign, asOf, joins } = useLiveCampaign(loaded);
  const insights = useInsights(loadedInsights, campaign, path);
  const pace = usePace(campaign);
  const fetcher = useFetcher<ActAnswer>();
  useTabProgress(campaign);
  useEffect(() => tellServerTime(now), [now]);

  const { shown, rows, showChanges } = useShownPage(page, loaded.id, joins, openId);
  const problem = fetcher.state === 'idle' ? (fetcher.data ?? answer)?.problem : null;
  const outlet: LiveOutlet = { channel: campaign.channel, from: campaign.from, variables: campaign.variables, path, joins };

  return (
    <>
      <PageHeader
        back={{ to: '/', label: 'Campaigns' }}
        title={campaign.name}
        badge={<CampaignStatusBadge status={campaign.status} />}
        description={<LiveSummary campaign={campaign} pace={pace} now={now} />}
        actions={<CampaignActions campaign={campaign} path={path} maySend={maySend} onAnswer={fetcher} />}
      />
      {asOf !== null && <ReconnectingBar asOf={asOf} />}
      <div className={classes.stack}>
        {problem && <ProblemAlert title={problem.title}>{problem.detail}</ProblemAlert>}
        <ProgressHero campaign={campaign} />
        <CampaignNotice campaign={campaign} reasons={insights.reasons} />
        <div className={classes.pair}>
          <FailureReasons reasons={insights.reasons} path={path} ended={hasEnded(campaign.status)} />
          <MinutesCard minutes={insights.minutes} />
        </div>
        <RecipientsSection
          campaign={campaign}
          page={shown}
          rows={rows}
          reasons={insights.reasons}
          path={path}
          openId={openId}
          onShowChanges={showChanges}
        />
      </div>
      <Outlet context={outlet} />
    </>
  );
}

/**
 * Which reading of the ledger is on screen. While the filter stays, a new reading only renews the rows that are there; another filter, or
 * the reader who asks for the changes, shows the new reading itself.
 */
function useShownPage(page: LedgerPage, campaignId: number, joins: number, openId: number | null) {
  const { search } = useLocation();
  const revalidator = useRevalidator();
  const filterKey = ledgerSearch(page.filter);
  const [asked, setAsked] = useState<LedgerPage | null>(null);
  const [shown, setShown] = useState({ page, reading: 0 });

  const wanted = asked !== null && page !== asked;
  if (shown.page !== page && (wanted || ledgerSearch(shown.page.filter) !== filterKey)) {
    setShown({ page, reading: shown.reading + 1 });
    setAsked(null);
  }

  const refresh = useFetcher<{ page: LedgerPage }>({ key: `rows ${campaignId}` });
  const loaded = refresh.data?.page;
  const sameList = loaded !== undefined && ledgerSearch(loaded.filter) === filterKey && loaded.version >= page.version;
  const newest = sameList ? loaded : page;
  const rows = useLiveRecipients(
    { campaignId, key: `${shown.reading}${filterKey}`, version: newest.version, rows: newest.rows, alsoWatch: openId },
    joins,
    () => refresh.state === 'idle' && refresh.load(`/campaigns/${campaignId}${search}`),
  );
  const showChanges = useCallback(() => {
    setAsked(page);
    revalidator.revalidate();
  }, [page, revalidator]);
  return { shown: shown.page, rows, showChanges };
}
