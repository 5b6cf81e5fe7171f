import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { type ShouldRevalidateFunction, useActionData, useLoaderData } from '@remix-run/react';
import type { ActAnswer } from '#app/components/act-answer.ts';
import { LiveCampaignPage } from '#app/components/campaign/live-campaign-page.tsx';
import { tabTitle } from '#app/components/campaign/tab-title.ts';
import { numberWords } from '#app/components/number.tsx';
import type { Reader } from '#app/components/reader.ts';
import { may } from '#app/domain/access/roles.ts';
import { listActivity } from '#app/domain/activity/list-activity.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { readInsights } from '#app/domain/campaigns/insights.server.ts';
import { isProblem } from '#app/domain/problem.ts';
import { ledgerSearch, readLedgerFilter } from '#app/domain/recipients/ledger-filter.ts';
import { idOf, orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { actOnCampaign } from '#app/routes/_app.campaigns.$id/actions.server.ts';
import { hiddenLedgerPage, readLedgerPage } from '#app/routes/_app.campaigns.$id/read-ledger-page.server.ts';

const EVENTS_SHOWN = 10;

export async function loader({ context, request, params }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:read');
  const { db } = context;
  const id = idOf(params.id);
  // Before the rows, so that those are at least as new as its version.
  const campaign = await orErrorPage(getCampaign(db, id));
  // Who may not write sees a draft's message and people here.
  if (campaign.status === 'DRAFT' && may(viewer, 'campaigns:write')) throw redirect(`/campaigns/${id}/edit`);

  const url = new URL(request.url);
  const filter = readLedgerFilter(url.searchParams);
  const [page, insights, activity] = await Promise.all([
    (may(viewer, 'people:read') ? readLedgerPage(db, campaign, filter) : hiddenLedgerPage(campaign, filter)).catch((error: unknown) => {
      // A cursor of another list, in an old or edited link: its first page instead.
      if (isProblem(error) && error.status === 422 && filter.trail.length > 0)
        throw redirect(url.pathname + ledgerSearch({ ...filter, trail: [] }));
      throw error;
    }),
    readInsights(db, id),
    listActivity(db, id, { order: 'newest', limit: EVENTS_SHOWN }),
  ]);
  return {
    // An email is large, and shown for one recipient at a time.
    campaign: { ...campaign, ...insights.campaign, html: null, text: campaign.channel === 'sms' ? campaign.text : null },
    page,
    insights,
    activity,
    maySend: may(viewer, 'campaigns:send'),
    mayWrite: may(viewer, 'campaigns:write'),
    now: new Date().toISOString(),
  };
}

export async function action({ context, request, params }: ActionFunctionArgs) {
  return actOnCampaign({ context, request }, await requireUser(context, request), idOf(params.id));
}

export const meta: MetaFunction<typeof loader> = ({ data: loaded, matches }) => {
  const root = matches.find(({ id }) => id === 'root')?.data as { reader: Reader } | undefined;
  const { percent } = numberWords(root?.reader.locale ?? 'en-US');
  return [{ title: loaded ? tabTitle(loaded.campaign, percent) : 'Rollcall' }];
};

/** Opening a recipient's story over the page is no reason to read the page again. */
export const shouldRevalidate: ShouldRevalidateFunction = ({
  currentUrl,
  nextUrl,
  currentParams,
  nextParams,
  formMethod,
  defaultShouldRevalidate,
}) => {
  const sameList = currentParams.id === nextParams.id && currentUrl.search === nextUrl.search;
  const onlyTheSheet = sameList && currentUrl.pathname !== nextUrl.pathname;
  return onlyTheSheet && (formMethod === undefined || formMethod === 'GET') ? false : defaultShouldRevalidate;
};

export default function Campaign() {
  const loaded = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>() as ActAnswer | undefined;
  return <LiveCampaignPage key={loaded.campaign.id} {...loaded} answer={answer ?? null} />;
}
