import { Button, Text } from '@mantine/core';
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData, useNavigation, useSearchParams } from '@remix-run/react';
import { IconPlus, IconSearchOff, IconSend, IconSparkles } from '@tabler/icons-react';
import { CampaignFilters, WAITING } from '#app/components/campaigns/campaign-filters.tsx';
import classes from '#app/components/campaigns/campaign-list.module.css';
import { CampaignRow } from '#app/components/campaigns/campaign-row.tsx';
import { SelectionBar, useSelection } from '#app/components/campaigns/draft-selection.tsx';
import { EmptyState } from '#app/components/empty-state.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { PageLink } from '#app/components/page-link.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { RowsSkeleton } from '#app/components/skeletons.tsx';
import { useViewer } from '#app/components/use-viewer.ts';
import { may } from '#app/domain/access/roles.ts';
import { activityTimes } from '#app/domain/campaigns/activity-times.server.ts';
import { campaignStatuses } from '#app/domain/campaigns/campaign.ts';
import { countWaiting, listCampaigns } from '#app/domain/campaigns/list-campaigns.server.ts';
import { channels } from '#app/domain/channel.ts';
import { isProblem } from '#app/domain/problem.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { useLiveCampaigns } from '#app/realtime/use-live-campaigns.ts';
import { createSampleCampaign } from '#app/sample/sample-campaign.server.ts';

const PAGE_SIZE = 25;

export const meta: MetaFunction = () => [{ title: 'Campaigns · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:read');
  const { searchParams } = new URL(request.url);
  // A hand-written or outdated link with a word that is no status shows all campaigns rather than an error.
  const status = campaignStatuses.find((known) => known === searchParams.get('status'));
  const approval = searchParams.get('status') === WAITING ? ('waiting' as const) : undefined;
  const channel = channels.find((known) => known === searchParams.get('channel'));
  const q = searchParams.get('q')?.trim().slice(0, 200) || undefined;
  const cursor = searchParams.get('cursor') ?? undefined;
  const page = await orErrorPage(
    listCampaigns(context.db, { status, approval, channel, q, cursor, sort: 'activity', limit: PAGE_SIZE }).catch(
      fromTheBeginning(request, cursor),
    ),
  );
  // Lists carry no content; the live hook speaks of whole campaigns.
  const campaigns = page.data.map((campaign) => ({ ...campaign, html: null, text: null }));
  const active = await activityTimes(
    context.db,
    campaigns.map(({ id }) => id),
  );
  return {
    campaigns,
    active,
    next: page.next_cursor,
    waiting: await countWaiting(context.db),
    filtered: Boolean(status || approval || channel || q),
    later: cursor !== undefined,
  };
}

/** A cursor of the list as it was ordered before, in an old link or tab. */
function fromTheBeginning(request: Request, cursor: string | undefined) {
  return (error: unknown): never => {
    if (!isProblem(error) || error.status !== 422 || cursor === undefined) throw error;
    const url = new URL(request.url);
    url.searchParams.delete('cursor');
    throw redirect(`/${url.search}`);
  };
}

/** The sample campaign. */
export async function action({ context, request }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:write');
  try {
    const campaign = await createSampleCampaign(context.db, viewer);
    return redirect(`/campaigns/${campaign.id}/edit`);
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    return data({ error: error.message }, { status: error.status });
  }
}

function NewButton() {
  return (
    <Button component={PageLink} to="/campaigns/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New campaign
    </Button>
  );
}

function NoCampaigns({ mayWrite }: { mayWrite: boolean }) {
  const { state, formMethod } = useNavigation();
  if (!mayWrite) {
    return (
      <EmptyState icon={IconSend} title="No campaigns yet">
        Campaigns that your colleagues make appear here, live while they are sent. Administrators and marketers can make one.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={IconSend}
      title="Make your first campaign"
      actions={
        <>
          <NewButton />
          <Form method="post" action="/?index">
            <Button
              type="submit"
              variant="default"
              leftSection={<IconSparkles size={16} aria-hidden />}
              loading={state !== 'idle' && formMethod === 'POST'}
            >
              Try with a sample
            </Button>
          </Form>
        </>
      }
    >
      A campaign is one email or SMS to a list of people. Write it, bring a contact list as a CSV file, and watch every recipient until each
      one is accounted for. The sample is a draft with everything in it, to look around and to send.
    </EmptyState>
  );
}

export default function Campaigns() {
  const { campaigns: loaded, active, waiting, next, filtered, later } = useLoaderData<typeof loader>();
  const failed = useActionData<typeof action>() as { error: string } | undefined;
  const campaigns = useLiveCampaigns(loaded);
  const [parameters] = useSearchParams();
  const { state, location, formMethod } = useNavigation();
  const mayWrite = may(useViewer(), 'campaigns:write');
  const selection = useSelection();
  const drafts = campaigns.some(({ status }) => status === 'DRAFT');
  const empty = campaigns.length === 0 && !filtered && !later;
  const filtering = state === 'loading' && formMethod === undefined && location.pathname === '/';

  const pageLink = (cursor: string | null) => {
    const search = new URLSearchParams(parameters);
    if (cursor) search.set('cursor', cursor);
    else search.delete('cursor');
    return `/?${search}`;
  };

  return (
    <>
      <PageHeader
        title="Campaigns"
        actions={
          mayWrite &&
          !empty && (
            <>
              {drafts && !selection.on && (
                <Button variant="default" className="needs-script" onClick={selection.start}>
                  Choose drafts
                </Button>
              )}
              <NewButton />
            </>
          )
        }
      />
      {failed && <ProblemAlert title="The sample could not be made">{failed.error}</ProblemAlert>}
      {!empty && <CampaignFilters waiting={waiting} />}
      <SelectionBar selection={selection} campaigns={campaigns} />
      {empty ? (
        <NoCampaigns mayWrite={mayWrite} />
      ) : filtering && campaigns.length === 0 ? (
        <RowsSkeleton />
      ) : campaigns.length === 0 ? (
        <EmptyState
          icon={IconSearchOff}
          size="inset"
          title="No campaign matches"
          actions={
            <Button component={Link} to="/" variant="default">
              Show all campaigns
            </Button>
          }
        >
          Try another word of the name or subject, or a wider filter.
        </EmptyState>
      ) : (
        <>
          <ul className={classes.list} aria-label="Campaigns" aria-busy={filtering} style={{ opacity: filtering ? 0.6 : 1 }}>
            {campaigns.map((campaign) => (
              <CampaignRow key={campaign.id} campaign={campaign} activeAt={active[campaign.id]} selection={selection} />
            ))}
          </ul>
          {(next || later) && (
            <nav className={classes.pages} aria-label="Pages">
              {later ? (
                <Button component={Link} to={pageLink(null)} variant="default">
                  Latest
                </Button>
              ) : (
                <Text span size="sm" c="dimmed">
                  Latest activity first
                </Text>
              )}
              {next && (
                <Button component={Link} to={pageLink(next)} variant="default">
                  Earlier
                </Button>
              )}
            </nav>
          )}
        </>
      )}
    </>
  );
}
