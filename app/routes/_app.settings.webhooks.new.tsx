import { Button, Paper, Stack } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { Link, useActionData } from '@remix-run/react';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { EndpointForm, readEndpointForm } from '#app/components/settings/endpoint-form.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { ShownOnce } from '#app/components/settings/shown-once.tsx';
import { createEndpoint } from '#app/domain/alerts/endpoints.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

export const meta: MetaFunction = () => [{ title: 'Add a webhook · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  return null;
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(args, ({ form, viewer }) => createEndpoint(args.context.db, viewer, readEndpointForm(form), args.context.env));

export default function NewWebhook() {
  const answer = useActionData<typeof action>();
  if (answer?.result) {
    const { id, url, secret } = answer.result;
    return (
      <Stack maw={680} gap="md">
        <SectionHead title="The endpoint was added">{url}</SectionHead>
        <ShownOnce
          title="The secret of this endpoint"
          value={secret}
          actions={
            <Button component={Link} to={`/settings/webhooks/${id}`} size="compact-sm" variant="default">
              Go on to send a test
            </Button>
          }
        >
          Give it to the receiver, which checks with it that alerts come from here.
        </ShownOnce>
      </Stack>
    );
  }
  const errors = answer?.problem?.errors ?? [];
  return (
    <Stack maw={680} gap={0}>
      <SectionHead title="Add a webhook endpoint" />
      <Paper p="lg">
        {answer?.problem && errors.length === 0 && <ProblemAlert title="It was not added">{answer.problem.detail}</ProblemAlert>}
        <EndpointForm
          intent="create"
          submit="Add the endpoint"
          errors={errors}
          extra={
            <Button component={Link} to="/settings/webhooks" variant="subtle" color="gray">
              Back
            </Button>
          }
        />
      </Paper>
    </Stack>
  );
}
