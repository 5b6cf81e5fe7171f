import { List, Paper, Stack, Text, Title } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { RelativeTime } from '#app/components/relative-time.tsx';
import { LimitCard } from '#app/components/settings/limit-card.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { SettingsAnswers } from '#app/components/settings/settings-answers.tsx';
import { channelField, rateInput } from '#app/domain/limits/limit-input.ts';
import { changeRate, getLimits, tryNow } from '#app/domain/limits/limits.server.ts';
import { parseInput } from '#app/domain/parse-input.ts';
import { notFound } from '#app/domain/problem.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

export const meta: MetaFunction = () => [{ title: 'Limits · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  return getLimits(context.db, context.env);
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(args, async ({ form, intent }) => {
    const { db } = args.context;
    if (intent === 'rate') {
      const { channel, rate } = parseInput(rateInput, { channel: form.get('channel'), rate: form.get('rate') });
      await changeRate(db, channel, rate);
      const name = channel === 'email' ? 'Email' : 'SMS';
      return {
        said:
          rate === 0
            ? `${name} is stopped. What is on its way to the provider arrives; nothing else is sent.`
            : 'The limit is changed. Workers keep to it within a second.',
      };
    }
    if (intent !== 'probe') throw notFound('There is no such act');
    await tryNow(db, parseInput(channelField, form.get('channel')));
    return { said: 'One message is tried now. If it is taken, the others follow.' };
  });

export default function Limits() {
  const { limits, workers } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const problem = answer?.problem ?? null;
  return (
    <Stack gap="md" maw={760}>
      <SectionHead title="Limits">
        How fast messages go out, for all workers together. A change holds at once, without a restart.
      </SectionHead>
      <SettingsAnswers answer={answer} fields={['rate']} />
      {limits.map((limit) => (
        <LimitCard
          key={`${limit.channel} ${limit.rate}`}
          limit={limit}
          problem={problem?.fields.channel === limit.channel ? problem : undefined}
        />
      ))}
      <Paper p="lg" component="section" aria-label="Workers">
        <Title order={3} mb="xs">
          Workers
        </Title>
        {workers.length === 0 ? (
          <Text size="sm">No worker is running, so nothing is sent. Start one with “npm run worker”.</Text>
        ) : (
          <List size="sm">
            {workers.map(({ id, host, pid, started_at }) => (
              <List.Item key={id}>
                <span className="name">{host}</span>, process {pid}, <RelativeTime at={started_at} prefix="started" />
              </List.Item>
            ))}
          </List>
        )}
      </Paper>
    </Stack>
  );
}
