import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { useActionData, useLoaderData, useRevalidator } from '@remix-run/react';
import type { ActAnswer } from '#app/components/act-answer.ts';
import { ApprovalPage } from '#app/components/approval/approval-page.tsx';
import { useApprovalNews } from '#app/components/approval/use-approval-news.ts';
import { sampleOfList, standingOf } from '#app/domain/campaigns/approval-view.server.ts';
import { approveCampaign, declineCampaign } from '#app/domain/campaigns/approve-campaign.server.ts';
import { checkDraft } from '#app/domain/campaigns/check-draft.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { suppressedOfList } from '#app/domain/suppressions/change-suppressions.server.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { idOf, orErrorPage } from '#app/http/page-problem.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `Approval: ${data?.campaign.name ?? 'campaign'} · Rollcall` }];

export async function loader({ context, request, params }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:read');
  const { db } = context;
  const id = idOf(params.id);
  const campaign = await orErrorPage(getCampaign(db, id));
  const { approval } = campaign;
  // Nobody asked for one: it is the campaign itself that there is to see.
  if (!approval || approval.state === 'none') throw redirect(`/campaigns/${id}`);
  const [sample, suppressed, check, standing] = await Promise.all([
    sampleOfList(db, id),
    suppressedOfList(db, id),
    orErrorPage(checkDraft(db, campaign, campaign)),
    standingOf(db, viewer, id),
  ]);
  const noWayOut = campaign.channel === 'email' && !check.unsubscribes ? ['The message has no link to unsubscribe.'] : [];
  return {
    campaign: { ...campaign, html: null, text: campaign.channel === 'sms' ? campaign.text : null },
    approval,
    ...{ sample, suppressed, ...standing },
    warnings: [...check.problems.map(({ message }) => message), ...noWayOut],
  };
}

export async function action({ context, request, params }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:approve');
  const id = idOf(params.id);
  const form = await readForm(request);
  const intent = form.get('intent');
  if (intent !== 'approve' && intent !== 'decline') throw data({ detail: 'There is no such act.' }, { status: 400 });
  const revision = Number(form.get('revision'));
  const seen = { hash: String(form.get('hash') ?? ''), ...(Number.isSafeInteger(revision) && revision > 0 && { revision }) };
  try {
    if (intent === 'approve') await approveCampaign(context.db, viewer, id, context.env, seen);
    else await declineCampaign(context.db, viewer, id, { ...seen, note: String(form.get('note') ?? '').slice(0, 1_000) });
    return redirect(`/campaigns/${id}/approval`);
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    const title = intent === 'approve' ? 'It is not approved' : 'It is not declined';
    return data<ActAnswer>({ problem: { title, detail: error.message } }, { status: error.status });
  }
}

export default function Approval() {
  const loaded = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>() as ActAnswer | undefined;
  const { revalidate } = useRevalidator();
  const { status } = loaded.campaign;
  useApprovalNews(loaded.campaign, status === 'DRAFT' || status === 'SCHEDULED', revalidate);
  return <ApprovalPage key={loaded.campaign.id} {...loaded} refused={answer?.problem ?? null} />;
}
