import { Code, Stack } from '@mantine/core';
import type { ActionFunctionArgs, AppLoadContext, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { Answers } from '#app/components/answers.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { ProviderCard } from '#app/components/settings/provider-card.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { channelField } from '#app/domain/limits/limit-input.ts';
import { parseInput } from '#app/domain/parse-input.ts';
import { notFound } from '#app/domain/problem.ts';
import { environmentKeys } from '#app/domain/provider-keys/follow-keys.server.ts';
import { providerForms, providerNames, removeKeys, saveKeys } from '#app/domain/provider-keys/save-keys.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { summarizeProviders } from '#app/providers/provider-summary.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

export const meta: MetaFunction = () => [{ title: 'Providers · Rollcall' }];

const needs = ({ db, auth, env, providerKeys }: AppLoadContext) => ({ db, auth, env, keys: providerKeys ?? environmentKeys(env) });

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  const { env, db } = context;
  const forms = await providerForms(needs(context));
  return { providers: summarizeProviders(env), forms, sandbox: env.sandbox === '1', keeps: db.seals.active };
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(
    args,
    async ({ form, intent, viewer }) => {
      const channel = parseInput(channelField, form.get('channel'));
      const name = providerNames[channel];
      if (intent === 'remove') {
        await removeKeys(needs(args.context), viewer, channel);
        return { said: `The keys of ${name} are removed.`, note: null };
      }
      if (intent !== 'save') throw notFound('There is no such act');
      const typed = Object.fromEntries([...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
      const { note } = await saveKeys(needs(args.context), viewer, channel, typed);
      return { said: `The keys of ${name} are saved, and used from now on.`, note };
    },
    ['api_key', 'webhook_key', 'auth_token'],
  );

export default function Providers() {
  const { providers, forms, sandbox, keeps } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const problem = answer?.problem ?? null;
  return (
    <Stack gap="md" maw={760}>
      <SectionHead title="Providers">
        Who carries the messages. Keys are tried before they are saved, kept encrypted, never shown again, and used at once, without a
        restart.
      </SectionHead>
      {sandbox && (
        <ProblemAlert kind="info" title="Nothing leaves this machine">
          Messages go to the provider sandbox. To send for real start Rollcall with <Code>SANDBOX=0</Code>, then enter the keys of a real
          provider here.
        </ProblemAlert>
      )}
      {!keeps && (
        <ProblemAlert kind="warning" title="Secrets are not encrypted here">
          What the database keeps of secrets stands in it in the clear, and keys of providers cannot be entered here. Let somebody set{' '}
          <Code>SECRETS_KEY</Code> for every process, the output of <Code>openssl rand -base64 32</Code>.
        </ProblemAlert>
      )}
      <Answers answer={problem?.fields.channel ? null : answer}>
        {answer?.result && (
          <ProblemAlert kind="success" title={answer.result.said}>
            {answer.result.note}
          </ProblemAlert>
        )}
        {problem && problem.errors.length === 0 && !problem.fields.channel && (
          <ProblemAlert title="That did not work">{problem.detail}</ProblemAlert>
        )}
      </Answers>
      {providers.map((provider, i) => {
        const form = forms[i];
        return (
          form && (
            <ProviderCard
              key={provider.channel}
              provider={provider}
              form={form}
              sandbox={sandbox}
              keeps={keeps}
              problem={problem?.fields.channel === provider.channel ? problem : undefined}
            />
          )
        );
      })}
    </Stack>
  );
}
