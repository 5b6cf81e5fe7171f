import { Box, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node';
import { Link, useActionData, useLoaderData, useRevalidator, useSearchParams } from '@remix-run/react';
import { IconRefresh, IconSend } from '@tabler/icons-react';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { RelativeTime } from '#app/components/relative-time.tsx';
import { ActButton } from '#app/components/settings/act-button.tsx';
import { ConfirmButton } from '#app/components/settings/confirm-button.tsx';
import { DeliveryList } from '#app/components/settings/delivery-list.tsx';
import { EndpointForm, readEndpointForm } from '#app/components/settings/endpoint-form.tsx';
import { EndpointState } from '#app/components/settings/endpoint-state.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { SettingsAnswers } from '#app/components/settings/settings-answers.tsx';
import { ShownOnce } from '#app/components/settings/shown-once.tsx';
import { listDeliveries, resendDelivery, testEndpoint } from '#app/domain/alerts/deliveries.server.ts';
import type { DeliveryJson } from '#app/domain/alerts/endpoint.ts';
import { deleteEndpoint, getEndpoint, rotateSecret, updateEndpoint } from '#app/domain/alerts/endpoints.server.ts';
import { notFound } from '#app/domain/problem.ts';
import { idOf, orErrorPage } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

const PAGE_SIZE = 20;

export const meta: MetaFunction = () => [{ title: 'Webhook · Rollcall' }];

export async function loader({ context, request, params }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  const id = idOf(params.id);
  const cursor = new URL(request.url).searchParams.get('cursor') ?? undefined;
  const endpoint = await orErrorPage(getEndpoint(context.db, id));
  const deliveries = await orErrorPage(listDeliveries(context.db, id, { cursor, limit: PAGE_SIZE }));
  return { endpoint, deliveries };
}

interface Done {
  said?: string;
  secret?: string;
  tried?: DeliveryJson;
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(args, async ({ form, intent, viewer }): Promise<Done> => {
    const { db, env } = args.context;
    const id = idOf(args.params.id);
    switch (intent) {
      case 'save':
        await updateEndpoint(db, id, readEndpointForm(form), env);
        return { said: 'The changes are saved.' };
      case 'enable':
        await updateEndpoint(db, id, { enabled: true }, env);
        return { said: 'The endpoint is switched on.' };
      case 'disable':
        await updateEndpoint(db, id, { enabled: false }, env);
        return { said: 'The endpoint is switched off.' };
      case 'rotate':
        return { secret: (await rotateSecret(db, id)).secret };
      case 'test':
        return { tried: await testEndpoint(db, viewer, id, env) };
      case 'resend':
        return { tried: await resendDelivery(db, viewer, id, idOf(String(form.get('delivery'))), env) };
      case 'remove':
        await deleteEndpoint(db, id);
        throw redirect('/settings/webhooks');
      default:
        throw notFound('There is no such act');
    }
  });

function Tried({ tried }: { tried: DeliveryJson }) {
  const last = tried.attempts.at(-1);
  return last && !last.error ? (
    <ProblemAlert kind="success" title={`The receiver took it (${last.status})`} />
  ) : (
    <ProblemAlert title="The receiver did not take it">{last?.error}</ProblemAlert>
  );
}

export default function Webhook() {
  const { endpoint, deliveries } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const [parameters] = useSearchParams();
  const { revalidate, state } = useRevalidator();
  const { secret, tried } = answer?.result ?? {};
  const errors = answer?.problem?.errors ?? [];
  const off = endpoint.disabled_at !== null;
  return (
    <Stack gap="xl">
      <div>
        <SectionHead
          title={<span style={{ overflowWrap: 'anywhere' }}>{endpoint.url}</span>}
          actions={
            <Group gap="xs">
              <ActButton
                label="Send a test"
                size="sm"
                variant="filled"
                leftSection={<IconSend size={15} aria-hidden />}
                fields={{ intent: 'test' }}
              />
              {off ? (
                <ActButton label="Switch on" size="sm" fields={{ intent: 'enable' }} />
              ) : (
                <ActButton label="Switch off" size="sm" fields={{ intent: 'disable' }} />
              )}
              <ConfirmButton
                label="Remove"
                size="sm"
                question="Remove this endpoint?"
                confirm="Remove the endpoint"
                fields={{ intent: 'remove' }}
              >
                It is told nothing more, and the log of what was sent to it goes too. To stop for a while, switch it off.
              </ConfirmButton>
            </Group>
          }
        >
          <EndpointState endpoint={endpoint} /> <RelativeTime at={endpoint.created_at} prefix="Added" />
          {endpoint.created_by && <span className="name"> by {endpoint.created_by}</span>}
        </SectionHead>
        {off && (
          <Box mb="sm">
            <ProblemAlert kind="warning" title="This endpoint is switched off">
              {endpoint.disabled_reason} Alerts since then were not sent to it.
            </ProblemAlert>
          </Box>
        )}
        <SettingsAnswers answer={answer} fields={['save']}>
          {tried && <Tried tried={tried} />}
          {secret && (
            <ShownOnce title="The new secret" value={secret}>
              Give it to the receiver. The former one signs beside it for 24 hours, so nothing is lost until then.
            </ShownOnce>
          )}
        </SettingsAnswers>
      </div>
      <section aria-labelledby="deliveries">
        <SectionHead
          title={<span id="deliveries">Deliveries</span>}
          actions={
            <Button
              className="needs-script"
              variant="subtle"
              color="gray"
              size="compact-sm"
              leftSection={<IconRefresh size={14} aria-hidden />}
              loading={state === 'loading'}
              onClick={() => revalidate()}
            >
              Refresh
            </Button>
          }
        />
        <DeliveryList deliveries={deliveries.data} />
        <Group mt="sm" gap="xs" justify="flex-end">
          {parameters.has('cursor') && (
            <Button component={Link} to="." variant="default" size="compact-sm">
              Newest
            </Button>
          )}
          {deliveries.next_cursor && (
            <Button component={Link} to={`?cursor=${deliveries.next_cursor}`} variant="default" size="compact-sm">
              Older
            </Button>
          )}
        </Group>
      </section>
      <Paper p="lg" component="section" aria-labelledby="endpoint-settings" maw={720}>
        <SectionHead title={<span id="endpoint-settings">What it is told</span>} />
        <EndpointForm key={endpoint.url} endpoint={endpoint} intent="save" submit="Save changes" errors={errors} />
      </Paper>
      <Paper p="lg" component="section" aria-labelledby="endpoint-secret" maw={720}>
        <SectionHead
          title={<span id="endpoint-secret">Secret</span>}
          actions={
            <ConfirmButton
              label="Make a new secret"
              question="Make a new secret?"
              confirm="Make a new secret"
              danger={false}
              fields={{ intent: 'rotate' }}
            >
              The receiver must learn it within 24 hours; until then alerts are signed with both.
            </ConfirmButton>
          }
        >
          Alerts are signed as Standard Webhooks describes it. The secret was shown when the endpoint was added; where it is lost, make a
          new one.
        </SectionHead>
        <Text size="xs" c="dimmed">
          Headers: webhook-id, webhook-timestamp, webhook-signature.
        </Text>
      </Paper>
    </Stack>
  );
}
