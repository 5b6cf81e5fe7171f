import { Button, List, Paper, Stack, Text } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Form, Link, useActionData, useLoaderData } from '@remix-run/react';
import { Answers } from '#app/components/answers.tsx';
import { useNumbers } from '#app/components/number.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { ClockTime } from '#app/components/relative-time.tsx';
import { useViewer } from '#app/components/use-viewer.ts';
import { may } from '#app/domain/access/roles.ts';
import { statusLabels } from '#app/domain/campaigns/campaign.ts';
import { goOnSending, type RestoredCampaign, restoredCampaigns, restoredState } from '#app/domain/restored/restored.server.ts';
import { requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

export const meta: MetaFunction = () => [{ title: 'Put back from a backup · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  await requireUser(context, request);
  const state = await restoredState(context.db);
  return { state, campaigns: state ? await restoredCampaigns(context.db) : [] };
}

export const action = (args: ActionFunctionArgs) => settingsAction(args, async ({ viewer }) => goOnSending(args.context.db, viewer.label));

export default function Restored() {
  const { state, campaigns } = useLoaderData<typeof loader>();
  const viewer = useViewer();
  const problem = useActionData<typeof action>()?.problem;
  if (!state) {
    return (
      <>
        <PageHeader title="Put back from a backup" />
        <ProblemAlert kind="success" title="There is nothing to decide">
          Sending goes on. Campaigns that were being sent when the backup was made stay paused until somebody decides on their pages.
        </ProblemAlert>
      </>
    );
  }
  return (
    <>
      <PageHeader
        title="Put back from a backup"
        description="The database is an earlier copy. Nothing is sent until an administrator says so."
      />
      <Stack gap="md" maw={760}>
        <Answers answer={problem}>{problem && <ProblemAlert title="That did not work">{problem.detail}</ProblemAlert>}</Answers>
        <Text>
          {state.known_until ? (
            <>
              The newest that this copy knows of is from <ClockTime at={state.known_until} />.{' '}
            </>
          ) : (
            'A worker is about to note what is open. '
          )}
          Campaigns, retries, imports, corrections and suppressions that came after that are not in it. Messages of that time have gone out
          all the same.
        </Text>
        <Paper p="lg" component="section" aria-label="Campaigns to look at">
          {campaigns.length === 0 ? (
            <Text size="sm">No campaign was being sent, paused or scheduled.</Text>
          ) : (
            <List size="sm" spacing={8}>
              {campaigns.map((campaign) => (
                <List.Item key={campaign.id}>
                  <Link to={`/campaigns/${campaign.id}`} className="name" dir="auto">
                    {campaign.name}
                  </Link>
                  : {statusLabels[campaign.status].toLowerCase()}. <What campaign={campaign} />
                </List.Item>
              ))}
            </List>
          )}
        </Paper>
        <Text size="sm">
          When sending goes on, paused campaigns stay paused: open each, decide what became of the open ones, then resume it. Scheduled
          campaigns begin at their time, and campaigns that were started since the database was put back begin at once.
        </Text>
        {may(viewer, 'settings:write') ? (
          <Form method="post">
            <Button type="submit">Let sending go on</Button>
          </Form>
        ) : (
          <Text size="sm" c="dimmed">
            An administrator lets sending go on.
          </Text>
        )}
      </Stack>
    </>
  );
}

function What({ campaign }: { campaign: RestoredCampaign }) {
  const { counted } = useNumbers();
  const { status, scheduled_at, unknown, pending, doubtful } = campaign;
  if (status === 'DRAFT') return 'Its time has come, and it has no approval that holds, so it did not go out. Ask for one again.';
  if (doubtful) return 'Its open recipients are being marked now.';
  if (status === 'SCHEDULED' && scheduled_at) {
    return (
      <>
        It begins by itself at <ClockTime at={scheduled_at} />.
      </>
    );
  }
  if (status === 'SENDING')
    return `${counted(pending, 'recipient waits', 'recipients wait')}; it was started since, and begins when sending goes on.`;
  if (unknown > 0) return `For ${counted(unknown, 'recipient', 'recipients')} nobody can tell whether the message went out.`;
  return `${counted(pending, 'recipient waits', 'recipients wait')}. If somebody resumed it after the backup was made, they have the message already.`;
}
