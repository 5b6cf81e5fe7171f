import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData, useNavigation } from '@remix-run/react';
import { PageHeader } from '#app/components/page-header.tsx';
import { NoPeople } from '#app/components/people/no-people.tsx';
import { PeopleList } from '#app/components/people/people-list.tsx';
import { PeopleSearch } from '#app/components/people/people-search.tsx';
import { SuppressionAnswerAlert } from '#app/components/suppressions/suppression-answer.tsx';
import { assertMay, requireUser } from '#app/domain/access/require.server.ts';
import { findPeople, suppressedAmong } from '#app/domain/people/find-people.server.ts';
import { byPerson, type Person } from '#app/domain/people/person.ts';
import { orErrorPage } from '#app/page-problem.server.ts';
import { actOnSuppressions, type SuppressionAnswer } from '#app/suppression-actions.server.ts';

const PER_PAGE = 50;

export const meta: MetaFunction = () => [{ title: 'People · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:read');
  const { db } = context;
  const params = new URL(request.url).searchParams;
  const q = (params.get('q') ?? '').trim().slice(0, 320);
  const cursor = params.get('cursor') || undefined;
  if (q === '') return { q, people: [] as Person[], next: null, later: false };
  const { data: found, next_cursor } = await orErrorPage(findPeople(db, { q, cursor, limit: PER_PAGE }));
  const addresses = [...new Set(found.map(({ recipient }) => recipient.address))];
  const people = byPerson(found, await suppressedAmong(db, addresses));
  return { q, people, next: next_cursor, later: cursor !== undefined };
}

export async function action({ context, request }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'suppressions:write');
  const answer = await actOnSuppressions(context.db, viewer, request);
  return data(answer, { status: answer.kind === 'refused' ? answer.status : 200 });
}

export default function People() {
  const answer = useActionData<typeof action>() as SuppressionAnswer | undefined;
  const { q, people, next, later } = useLoaderData<typeof loader>();
  const { state, location } = useNavigation();
  const searching = state === 'loading' && location.pathname === '/people';
  return (
    <>
      <PageHeader title="People" description="Everything that one person was sent, in all campaigns." />
      <PeopleSearch q={q} />
      <div aria-live="polite">{answer && <SuppressionAnswerAlert answer={answer} />}</div>
      {people.length > 0 ? <PeopleList people={people} q={q} next={next} later={later} searching={searching} /> : <NoPeople q={q} />}
    </>
  );
}
