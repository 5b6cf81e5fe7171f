import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { Editor } from '#app/components/editor/editor.tsx';
import { may } from '#app/domain/access/roles.ts';
import { countries } from '#app/domain/addresses/countries.server.ts';
import { approversOf } from '#app/domain/campaigns/approvers.server.ts';
import { checkDraft } from '#app/domain/campaigns/check-draft.server.ts';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { listImports, listRuns } from '#app/domain/contacts/list-imports.server.ts';
import { idOf, orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { actOnDraft, type EditorFailure } from '#app/routes/_app.campaigns.$id_.edit/actions.server.ts';

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.campaign.name ?? 'Draft'} · Rollcall` }];

export async function loader({ context, request, params }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:read');
  const id = idOf(params.id);
  const campaign = await orErrorPage(getCampaign(context.db, id));
  if (campaign.status !== 'DRAFT' || !may(viewer, 'campaigns:write')) throw redirect(`/campaigns/${id}`);
  const [imports, runs, check, approvers] = await Promise.all([
    listImports(context.db, id),
    listRuns(context.db, id),
    orErrorPage(checkDraft(context.db, campaign, campaign)),
    campaign.approval ? approversOf(context.db.pool, id, viewer.id) : [],
  ]);
  const sms = campaign.channel === 'sms';
  const defaultSender = (sms ? context.env.smsFrom : context.env.emailFrom) ?? null;
  const names = approvers.map(({ name }) => name);
  return {
    campaign,
    approvers: names,
    imports,
    runs,
    check,
    defaultSender,
    countries: sms ? countries() : [],
    sandbox: context.env.sandbox === '1',
  };
}

export async function action({ context, request, params }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:write');
  return actOnDraft({ context, request }, viewer, idOf(params.id));
}

export default function EditCampaign() {
  const loaded = useLoaderData<typeof loader>();
  const failed = useActionData<typeof action>() as EditorFailure | undefined;
  // Another draft is another editor: nothing typed may move from one to the next.
  return <Editor key={`${loaded.campaign.id} ${loaded.campaign.channel}`} {...loaded} failed={failed} />;
}
