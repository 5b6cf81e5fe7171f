import { Code, Stack } from '@mantine/core';
import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { ProviderCard } from '#app/components/settings/provider-card.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { summarizeProviders } from '#app/providers/provider-summary.ts';

export const meta: MetaFunction = () => [{ title: 'Providers · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  return { providers: summarizeProviders(context.env), sandbox: context.env.sandbox === '1' };
}

export default function Providers() {
  const { providers, sandbox } = useLoaderData<typeof loader>();
  return (
    <Stack gap="md" maw={760}>
      <SectionHead title="Providers">
        Who carries the messages. Keys and senders come from the environment of the server and are changed there.
      </SectionHead>
      {sandbox && (
        <ProblemAlert kind="info" title="Nothing leaves this machine">
          Messages go to the provider sandbox. Set the keys of a real provider, and <Code>SANDBOX=0</Code>, to send for real.
        </ProblemAlert>
      )}
      {providers.map((provider) => (
        <ProviderCard key={provider.channel} provider={provider} sandbox={sandbox} />
      ))}
    </Stack>
  );
}
