import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { Answers } from '#app/components/answers.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { LookedThrough } from '#app/components/people/looked-through.tsx';
import { NoPeople } from '#app/components/people/no-people.tsx';
import { PeopleList } from '#app/components/people/people-list.tsx';
import { PeopleSearch } from '#app/components/people/people-search.tsx';
import { useFollow } from '#app/components/people/use-follow.ts';
import { PeopleHidden } from '#app/components/people-hidden.tsx';
import type { SuppressionAnswer } from '#app/components/suppressions/suppression-answer.ts';
import { SuppressionAnswerAlert } from '#app/components/suppressions/suppression-answer-alert.tsx';
import { useViewer } from '#app/components/use-viewer.ts';
import { may } from '#app/domain/access/roles.ts';
import { closedRetries } from '#app/domain/people/closed-retries.server.ts';
import { findPeople, suppressedAmong } from '#app/domain/people/find-people.server.ts';
import { byPerson, type Person } from '#app/domain/people/person.ts';
import { personDetails } from '#app/domain/people/person-details.ts';
import { orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { actOnSuppressions } from '#app/routes/_app.suppressions/actions.server.ts';

const PER_PAGE = 50;

export const meta: MetaFunction = () => [{ title: 'People · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:read');
  const { db } = context;
  const params = new URL(request.url).searchParams;
  const q = (params.get('q') ?? '').trim().slice(0, 320);
  const cursor = params.get('cursor') || undefined;
  const only = params.get('only') === 'not_arrived' ? ('not_arrived' as const) : undefined;
  const by = params.get('by') === 'details' ? ('details' as const) : undefined;
  const shown = { q, only: only !== undefined, by, later: cursor !== undefined };
  if (q === '' || !may(viewer, 'people:read'))
    return { ...shown, people: [] as Person[], closed: {}, next: null, lookedThrough: undefined, detailed: false };
  const { data: found, next_cursor, looked_through } = await orErrorPage(findPeople(db, { q, cursor, limit: PER_PAGE, only, by }));
  const addresses = [...new Set(found.map(({ recipient }) => recipient.address))];
  const [suppressed, closed] = await Promise.all([suppressedAmong(db, addresses), closedRetries(db, found)]);
  return {
    ...shown,
    ...{ people: byPerson(found, suppressed), closed, next: next_cursor, lookedThrough: looked_through },
    detailed: personDetails(q) !== null,
  };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'suppressions:write');
  const answer = await actOnSuppressions(context.db, viewer, request);
  return data(answer, { status: answer.kind === 'refused' ? answer.status : 200 });
}

export default function People() {
  const answer = useActionData<typeof action>() as SuppressionAnswer | undefined;
  const { q, only, by, people, closed, next, later, lookedThrough, detailed } = useLoaderData<typeof loader>();
  const { state, location } = useNavigation();
  const searching = state === 'loading' && location.pathname === '/people';
  const seesPeople = may(useViewer(), 'people:read');
  useFollow(people);
  const search = new URLSearchParams({ q, ...(only && { only: 'not_arrived' }), ...(by && { by }) });
  const byDetails = detailed && !lookedThrough && !later ? `/people?${new URLSearchParams({ q, by: 'details' })}` : null;
  return (
    <>
      <PageHeader title="People" description="Everything that one person was sent, in all campaigns." />
      {seesPeople && <PeopleSearch q={q} only={only} />}
      <Answers answer={answer}>{answer && <SuppressionAnswerAlert answer={answer} />}</Answers>
      {!seesPeople ? (
        <PeopleHidden>What became of a campaign’s messages, in numbers, is on its page and under Reports.</PeopleHidden>
      ) : people.length > 0 || next !== null ? (
        <PeopleList people={people} search={search} closed={closed} next={next} later={later} searching={searching} />
      ) : (
        <NoPeople q={q} only={only} />
      )}
      {(people.length > 0 || next !== null) && <LookedThrough q={q} lookedThrough={lookedThrough} byDetails={byDetails} />}
    </>
  );
}
