import { Code, Group, Paper, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconFlask } from '@tabler/icons-react';
import type { ProviderSummary } from '#app/providers/provider-summary.ts';
import { ChannelMark } from '../channel-mark.tsx';
import { useNumbers } from '../number.tsx';
import classes from './settings.module.css';
import { StateMark } from './state-mark.tsx';

const variables = {
  email: ['SENDGRID_API_KEY', 'EMAIL_FROM'],
  sms: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'SMS_FROM'],
};

/** One provider as the environment has it. */
export function ProviderCard({ provider, sandbox }: { provider: ProviderSummary; sandbox: boolean }) {
  const numbers = useNumbers();
  const { channel, name, configured, baseUrl, sender, account, key, rate, signedEvents } = provider;
  const facts = [
    ['Address', baseUrl],
    ['Sender', sender ?? 'None: each campaign must name its own.'],
    ...(account ? [['Account', account]] : []),
    [channel === 'email' ? 'API key' : 'Auth token', key ?? ''],
    ['Speed', rate === null ? 'No limit of ours' : `At most ${numbers.rate(rate)} a second, for all workers together`],
    ['Events', signedEvents ? 'Their signature is checked' : 'Not taken: the key to check their signature is missing'],
  ];
  return (
    <Paper p="lg" component="section" aria-label={name}>
      <Group gap="sm" mb="md">
        <ChannelMark channel={channel} />
        <Title order={3}>{name}</Title>
        {!configured ? (
          <StateMark tone="gray" icon={IconCircleDashed}>
            Not configured
          </StateMark>
        ) : sandbox ? (
          <StateMark tone="amber" icon={IconFlask}>
            Sandbox
          </StateMark>
        ) : (
          <StateMark tone="green" icon={IconCircleCheck}>
            Configured
          </StateMark>
        )}
      </Group>
      {configured ? (
        <dl className={classes.facts}>
          {facts.map(([term, value]) => (
            <div key={term} style={{ display: 'contents' }}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p style={{ margin: 0 }}>
          {channel === 'email' ? 'Email' : 'SMS'} campaigns cannot be sent. Set{' '}
          {variables[channel].map((variable, index) => (
            <span key={variable}>
              {index > 0 && ', '}
              <Code>{variable}</Code>
            </span>
          ))}{' '}
          and start Rollcall again.
        </p>
      )}
    </Paper>
  );
}
