import { Box, Button, Text } from '@mantine/core';
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { Link, useActionData, useLoaderData, useNavigation, useSearchParams } from '@remix-run/react';
import { IconDownload, IconSearchOff, IconShieldOff } from '@tabler/icons-react';
import { Answers } from '#app/components/answers.tsx';
import campaigns from '#app/components/campaigns/campaign-list.module.css';
import { EmptyState } from '#app/components/empty-state.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { PeopleHidden } from '#app/components/people-hidden.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import settings from '#app/components/settings/settings.module.css';
import { InboundList } from '#app/components/suppressions/inbound-list.tsx';
import type { SuppressionAnswer } from '#app/components/suppressions/suppression-answer.ts';
import { SuppressionAnswerAlert } from '#app/components/suppressions/suppression-answer-alert.tsx';
import { SuppressionFilters } from '#app/components/suppressions/suppression-filters.tsx';
import { SuppressionForms } from '#app/components/suppressions/suppression-forms.tsx';
import { SuppressionRow } from '#app/components/suppressions/suppression-row.tsx';
import classes from '#app/components/suppressions/suppressions.module.css';
import { useViewer } from '#app/components/use-viewer.ts';
import { may } from '#app/domain/access/roles.ts';
import { countries } from '#app/domain/addresses/countries.server.ts';
import { channels } from '#app/domain/channel.ts';
import { listInbound } from '#app/domain/delivery/inbound-messages.server.ts';
import { campaignNames, listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { suppressionReasons } from '#app/domain/suppressions/suppression.ts';
import { orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { actOnSuppressions } from '#app/routes/_app.suppressions/actions.server.ts';

const PER_PAGE = 50;

export const meta: MetaFunction = () => [{ title: 'Suppressions · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:read');
  const params = new URL(request.url).searchParams;
  // A hand-written or outdated link with a word that is none of ours shows everything rather than an error.
  const channel = channels.find((known) => known === params.get('channel'));
  const reason = suppressionReasons.find((known) => known === params.get('reason'));
  const q = (params.get('q') ?? '').trim().slice(0, 320);
  const cursor = params.get('cursor') || undefined;
  const view = { q, channel: channel ?? '', reason: reason ?? '' };
  const known = may(viewer, 'suppressions:write') ? countries() : [];
  if (!may(viewer, 'people:read')) return { rows: [], names: {}, inbound: [], next: null, view, later: false, countries: known };
  const page = await orErrorPage(listSuppressions(context.db, { channel, reason, q: q || undefined, cursor, limit: PER_PAGE }));
  const names = await campaignNames(context.db, page.data);
  const inbound = cursor === undefined ? (await listInbound(context.db, { limit: 10 })).data : [];
  return { rows: page.data, names, inbound, next: page.next_cursor, view, later: cursor !== undefined, countries: known };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'suppressions:write');
  const answer = await actOnSuppressions(context.db, viewer, request);
  return data(answer, { status: answer.kind === 'refused' ? answer.status : 200 });
}

export default function Suppressions() {
  const { rows, names, inbound, next, view, later, countries: known } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>() as SuppressionAnswer | undefined;
  const [params] = useSearchParams();
  const { state, location } = useNavigation();
  const viewer = useViewer();
  const mayWrite = may(viewer, 'suppressions:write');
  const seesPeople = may(viewer, 'people:read');
  const filtered = Boolean(view.q || view.channel || view.reason);
  const filtering = state === 'loading' && location.pathname === '/suppressions';
  const refused = answer?.kind === 'refused' && answer.intent === 'add' ? { address: answer.address, message: answer.detail } : null;
  const pageLink = (cursor: string | null) => {
    const search = new URLSearchParams(params);
    if (cursor) search.set('cursor', cursor);
    else search.delete('cursor');
    return `/suppressions?${search}`;
  };

  return (
    <>
      <PageHeader
        title="Suppressions"
        description="Addresses and numbers that no campaign sends to. Bounces, complaints, unsubscribes and STOP come here by themselves."
        actions={
          may(viewer, 'people:export') && (
            <Button
              component="a"
              href="/suppressions.csv?delimiter=auto"
              download
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Export
            </Button>
          )
        }
      />
      <Answers answer={answer} mb={answer && !refused ? 'md' : 0}>
        {answer && !refused && <SuppressionAnswerAlert answer={answer} />}
      </Answers>
      {mayWrite ? (
        <SuppressionForms
          refused={refused}
          countries={known}
          version={answer && answer.kind !== 'refused' ? JSON.stringify(answer) : 'first'}
        />
      ) : (
        <Box mb="md">
          <ProblemAlert kind="info" title="You can look, but not change">
            Administrators, marketers and support can add and remove addresses.
          </ProblemAlert>
        </Box>
      )}
      {seesPeople && (rows.length > 0 || filtered || later) && <SuppressionFilters view={view} />}
      {!seesPeople ? (
        <PeopleHidden>Who is on the list is not sent to, whoever looks.</PeopleHidden>
      ) : rows.length > 0 ? (
        <ul className={`${settings.list} ${filtering ? classes.busy : ''}`} aria-label="Suppressed addresses" aria-busy={filtering}>
          {rows.map((row) => (
            <SuppressionRow key={row.id} row={row} campaigns={names} mayWrite={mayWrite} />
          ))}
        </ul>
      ) : filtered || later ? (
        <EmptyState icon={IconSearchOff} title="Not on the list">
          {view.q ? 'Nothing on the list begins with this. Campaigns send to it.' : 'Nothing on the list is like this.'}
        </EmptyState>
      ) : (
        <EmptyState icon={IconShieldOff} title="Nobody is on the list">
          Whoever unsubscribes, answers STOP or reports spam appears here, and so do addresses that do not work. You can also add them
          above.
        </EmptyState>
      )}
      {(next || later) && (
        <nav className={campaigns.pages} aria-label="Pages">
          {later ? (
            <Button component={Link} to={pageLink(null)} variant="default">
              First page
            </Button>
          ) : (
            <Text span size="sm" c="dimmed">
              {view.q ? 'In the order of addresses' : 'Newest first'}
            </Text>
          )}
          {next && (
            <Button component={Link} to={pageLink(next)} variant="default">
              Next page
            </Button>
          )}
        </nav>
      )}
      {seesPeople && <InboundList messages={inbound} mayWrite={mayWrite} />}
    </>
  );
}
