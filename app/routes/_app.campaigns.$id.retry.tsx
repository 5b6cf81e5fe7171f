import { Button } from '@mantine/core';
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, redirect } from '@remix-run/node';
import { Link, useActionData, useLoaderData, useLocation, useOutletContext } from '@remix-run/react';
import type { ActAnswer } from '#app/components/act-answer.ts';
import type { LiveOutlet } from '#app/components/campaign/live-outlet.ts';
import { providerNames } from '#app/components/channel-words.ts';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { SideSheet } from '#app/components/recipient-story/side-sheet.tsx';
import { CloneButton } from '#app/components/retry/retry-bar.tsx';
import { RetryForm } from '#app/components/retry/retry-form.tsx';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { notReached } from '#app/domain/campaigns/not-reached.ts';
import { getRetryPreview, retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { NOT_TRIED, retryClosed } from '#app/domain/campaigns/retry-rules.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { idOf, orErrorPage } from '#app/http/page-problem.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

export async function loader({ context, request, params }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:send');
  const id = idOf(params.id);
  const [preview, { status, retry_count, max_retries, failed_at }] = await orErrorPage(
    Promise.all([getRetryPreview(context.db, id), getCampaign(context.db, id)]),
  );
  const facts = { status, retry_count, max_retries, failed_at: failed_at ? new Date(failed_at) : null };
  return { preview, closed: retryClosed(facts, new Date(), context.env.retryWindowS)?.message ?? null };
}

export async function action({ context, request, params }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:send');
  const id = idOf(params.id);
  const codes = (await readForm(request)).getAll('codes').map(String);
  try {
    await retryCampaign(context.db, viewer, id, { codes: codes.filter((code) => code !== NOT_TRIED), windowS: context.env.retryWindowS });
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    return data<ActAnswer>({ problem: { title: 'Nothing was retried', detail: error.message } }, { status: error.status });
  }
  return redirect(`/campaigns/${id}`);
}

export default function RetrySheet() {
  const { preview, closed } = useLoaderData<typeof loader>();
  const problem = useActionData<typeof action>()?.problem;
  const { path, campaign } = useOutletContext<LiveOutlet>();
  const { search } = useLocation();
  // Also by somebody else, while this one was being read.
  const running = campaign.status === 'SENDING' || campaign.status === 'PAUSED';
  return (
    <SideSheet title="Retry" copyLabel={null} closeTo={{ pathname: path, search }}>
      {problem && !running && <ProblemAlert title={problem.title}>{problem.detail}</ProblemAlert>}
      {running ? (
        <ProblemAlert
          kind="info"
          title={campaign.retry_count > 0 ? 'A retry round is running' : 'This campaign is being sent'}
          actions={
            <Button component={Link} to={{ pathname: path, search }} variant="default">
              See how it goes
            </Button>
          }
        >
          Who is not reached by it can be chosen here once it has ended.
        </ProblemAlert>
      ) : closed !== null ? (
        <ProblemAlert
          kind="info"
          title="This campaign cannot be retried"
          actions={
            <CloneButton
              path={path}
              notReached={
                notReached(
                  campaign,
                  preview.by_reason.filter(({ code }) => code !== NOT_TRIED),
                ) || undefined
              }
            />
          }
        >
          {closed}
        </ProblemAlert>
      ) : (
        <RetryForm
          key={preview.by_reason.map(({ code, count }) => `${code} ${count}`).join()}
          preview={preview}
          provider={providerNames[campaign.channel]}
          path={path}
        />
      )}
    </SideSheet>
  );
}
