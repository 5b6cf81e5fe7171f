import { Button } from '@mantine/core';
import { Link, Outlet, useFetcher, useParams } from '@remix-run/react';
import { useEffect } from 'react';
import { may } from '#app/domain/access/roles.ts';
import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import { tellServerTime } from '#app/realtime/server-clock.ts';
import { useLiveCampaign } from '#app/realtime/use-live-campaign.ts';
import type { ActAnswer } from '../act-answer.ts';
import { ActivitySection } from '../activity/activity-section.tsx';
import type { ActivityPage } from '../activity/use-activity.ts';
import { CampaignMessage } from '../campaign-message/campaign-message.tsx';
import { PageHeader } from '../page-header.tsx';
import { PeopleHidden } from '../people-hidden.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import type { LedgerPage } from '../recipients/ledger-page.ts';
import { RecipientsSection } from '../recipients/recipients-section.tsx';
import { ScheduledHero } from '../schedule/scheduled-hero.tsx';
import { SectionBoundary } from '../section-boundary.tsx';
import { CampaignStatusBadge } from '../status-badge.tsx';
import { useViewer } from '../use-viewer.ts';
import { CampaignActions } from './campaign-actions.tsx';
import { CampaignNotice } from './campaign-notice.tsx';
import { FailureReasons } from './failure-reasons.tsx';
import classes from './live-campaign-page.module.css';
import type { LiveOutlet } from './live-outlet.ts';
import { LiveSummary } from './live-summary.tsx';
import { MinutesCard } from './minutes-card.tsx';
import { noReasons } from './no-reasons.ts';
import { ProgressHero } from './progress-hero.tsx';
import { ReconnectingBar } from './reconnecting-bar.tsx';
import { UnknownNotice } from './unknown-notice.tsx';
import { type Insights, useInsights } from './use-insights.ts';
import { usePace } from './use-pace.ts';
import { useShownPage } from './use-shown-page.ts';
import { useTabProgress } from './use-tab-progress.ts';

interface Props {
  campaign: CampaignJson;
  page: LedgerPage;
  insights: Insights;
  activity: ActivityPage;
  maySend: boolean;
  mayWrite: boolean;
  /** When the server made the page. */
  now: string;
  /** Of a form that was sent without scripts. */
  answer: ActAnswer | null;
}

/** The campaign, live: how far it is, what stands in its way, and every recipient. */
export function LiveCampaignPage({ campaign: loaded, page, insights: loadedInsights, activity, maySend, mayWrite, now, answer }: Props) {
  const path = `/campaigns/${loaded.id}`;
  const { rid } = useParams();
  const openId = rid === undefined ? null : Number(rid);
  const { campaign, connection, asOf, joins, catchUp } = useLiveCampaign(loaded, now);
  const insights = useInsights(loadedInsights, campaign, path, catchUp);
  const pace = usePace(campaign);
  const seesPeople = may(useViewer(), 'people:read');
  const fetcher = useFetcher<ActAnswer>();
  useTabProgress(campaign);
  useEffect(() => tellServerTime(now), [now]);

  const { shown, rows, showChanges } = useShownPage(page, path, loaded.id, joins, openId);
  const problem = fetcher.state === 'idle' ? (fetcher.data ?? answer)?.problem : null;
  const online = connection !== 'reconnecting';
  // What has ended does not move: nothing need be said of its age.
  const moves = campaign.status === 'SENDING' || campaign.status === 'PAUSED';
  const scheduledAt = campaign.status === 'SCHEDULED' ? campaign.scheduled_at : null;
  const outlet: LiveOutlet = { campaign, path, joins };

  return (
    <>
      <PageHeader
        back={{ to: '/', label: 'Campaigns' }}
        title={campaign.name}
        badge={<CampaignStatusBadge status={campaign.status} />}
        description={<LiveSummary campaign={campaign} sendingMs={insights.sendingMs} pace={asOf === null ? pace : null} now={now} />}
        actions={<CampaignActions {...{ campaign, path, maySend, mayWrite, online, fetcher }} />}
      />
      {asOf !== null && (moves || !online) && <ReconnectingBar asOf={asOf} lost={!online} />}
      <div className={classes.stack}>
        {problem && <ProblemAlert title={problem.title}>{problem.detail}</ProblemAlert>}
        {campaign.status === 'DRAFT' ? (
          <DraftHere path={path} mayWrite={mayWrite} />
        ) : scheduledAt !== null ? (
          <ScheduledHero campaign={{ ...campaign, scheduled_at: scheduledAt }} {...{ path, maySend, online, fetcher }} />
        ) : (
          <>
            <SectionBoundary name="The progress">
              <ProgressHero campaign={campaign} />
            </SectionBoundary>
            <CampaignNotice
              campaign={campaign}
              reasons={insights.reasons}
              path={path}
              rate={insights.rate}
              closed={insights.singlesClosed}
            />
            <UnknownNotice campaign={campaign} reasons={insights.reasons} path={path} />
            <SectionBoundary name="Reasons and course">
              <div className={classes.pair} data-under-way={!hasEnded(campaign.status) || undefined}>
                <FailureReasons reasons={insights.reasons} failed={campaign.failed} path={path} none={noReasons(campaign)} />
                <MinutesCard minutes={insights.minutes} seconds={insights.seconds} ended={hasEnded(campaign.status)} />
              </div>
            </SectionBoundary>
          </>
        )}
        <SectionBoundary name="The list of recipients">
          {seesPeople ? (
            <RecipientsSection
              campaign={campaign}
              page={shown}
              rows={rows}
              reasons={insights.reasons}
              closed={insights.singlesClosed}
              path={path}
              openId={openId}
              onShowChanges={showChanges}
            />
          ) : (
            <PeopleHidden size="inset">The numbers and reasons above are of all recipients.</PeopleHidden>
          )}
        </SectionBoundary>
        <SectionBoundary name="The message">
          <CampaignMessage campaign={campaign} />
        </SectionBoundary>
        <SectionBoundary name="The activity">
          <ActivitySection activity={activity} campaign={campaign} />
        </SectionBoundary>
      </div>
      <Outlet context={outlet} />
    </>
  );
}

/** Unscheduled, here or by somebody else, while this page is open; or looked at by somebody who may not write it. */
function DraftHere({ path, mayWrite }: { path: string; mayWrite: boolean }) {
  if (!mayWrite) {
    return (
      <ProblemAlert kind="info" title="This campaign is a draft">
        It goes out only when a marketer or an administrator sends or schedules it. Until then its message and its list may change.
      </ProblemAlert>
    );
  }
  return (
    <ProblemAlert
      kind="info"
      title="It is a draft again"
      actions={
        <Button component={Link} to={`${path}/edit`} variant="default">
          Open the draft
        </Button>
      }
    >
      It was taken off its schedule, and goes out only when somebody sends or schedules it.
    </ProblemAlert>
  );
}
