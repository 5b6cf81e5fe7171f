import { Button, Group, Paper, Stack, TextInput } from '@mantine/core';
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Form, Link, useActionData, useNavigation } from '@remix-run/react';
import { ChannelChoice } from '#app/components/campaigns/channel-choice.tsx';
import { PageHeader } from '#app/components/page-header.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { createCampaign } from '#app/domain/campaigns/create-campaign.server.ts';
import type { Channel } from '#app/domain/channel.ts';
import type { FieldError } from '#app/domain/problem.ts';
import { problemOfChange } from '#app/domain/unavailable.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';

export const meta: MetaFunction = () => [{ title: 'New campaign · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'campaigns:write');
  return null;
}

interface Failed {
  error: string;
  errors: FieldError[];
  name: string;
}

export async function action({ context, request }: ActionFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'campaigns:write');
  const form = await readForm(request);
  const name = String(form.get('name') ?? '');
  try {
    const campaign = await createCampaign(context.db, viewer, { name, channel: String(form.get('channel')) as Channel });
    return redirect(`/campaigns/${campaign.id}/edit`);
  } catch (thrown) {
    const error = problemOfChange(thrown);
    if (!error) throw thrown;
    return data<Failed>({ error: error.message, errors: error.errors ?? [], name }, { status: error.status });
  }
}

export default function NewCampaign() {
  const failed = useActionData<typeof action>() as Failed | undefined;
  const { state } = useNavigation();
  const errorOf = (path: string) => failed?.errors.find((error) => error.path === path)?.message;
  return (
    <Stack maw={620} mx="auto" gap={0}>
      <PageHeader
        title="New campaign"
        back={{ to: '/', label: 'Campaigns' }}
        description="The name can change at any time, the channel while there are no contacts."
      />
      <Paper p="lg">
        <Form method="post" noValidate>
          <Stack gap="lg">
            {failed && failed.errors.length === 0 && <ProblemAlert title="The campaign was not made">{failed.error}</ProblemAlert>}
            <ChannelChoice error={errorOf('channel')} />
            <TextInput
              name="name"
              label="Name"
              description="For you and your colleagues; recipients never see it."
              placeholder="Spring launch"
              defaultValue={failed?.name}
              error={errorOf('name')}
              dir="auto"
              autoFocus
              required
              withAsterisk={false}
            />
            <Group justify="flex-end" gap="xs">
              <Button component={Link} to="/" variant="subtle" color="gray">
                Back
              </Button>
              <Button type="submit" loading={state !== 'idle'}>
                Create campaign
              </Button>
            </Group>
          </Stack>
        </Form>
      </Paper>
    </Stack>
  );
}
