import { Group, Paper, Stack, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconFlask } from '@tabler/icons-react';
import type { ProviderForm } from '#app/domain/provider-keys/provider-keys.ts';
import type { ProviderSummary } from '#app/providers/provider-summary.ts';
import { Answers } from '../answers.tsx';
import { ChannelMark } from '../channel-mark.tsx';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { RelativeTime } from '../relative-time.tsx';
import { ProviderKeysForm } from './provider-keys-form.tsx';
import classes from './settings.module.css';
import type { SettingsAnswer } from './settings-answer.ts';
import { StateMark } from './state-mark.tsx';

interface Props {
  provider: ProviderSummary;
  form: ProviderForm;
  sandbox: boolean;
  /** Can keys be kept here, encrypted? */
  keeps: boolean;
  problem: SettingsAnswer<unknown>['problem'] | undefined;
}

/** One provider as it is in force, and the form for what is set here. */
export function ProviderCard({ provider, form, sandbox, keeps, problem }: Props) {
  const numbers = useNumbers();
  const { channel, name, configured, baseUrl, sender, account, key, rate, signedEvents } = provider;
  const { saved } = form;
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
      <Stack gap="md">
        {configured ? (
          <dl className={classes.facts}>
            {facts.map(([term, value]) => (
              <div key={term} style={{ display: 'contents' }}>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </div>
            ))}
            {saved && (
              <div style={{ display: 'contents' }}>
                <dt>Set here</dt>
                <dd>
                  <RelativeTime at={saved.saved_at} />
                  {saved.saved_by && <span className="name"> by {saved.saved_by}</span>}
                  {saved.former_until && (
                    <>
                      ; what the key before signed counts, too, which ends <RelativeTime at={saved.former_until} />
                    </>
                  )}
                </dd>
              </div>
            )}
          </dl>
        ) : (
          <p style={{ margin: 0 }}>
            {channel === 'email' ? 'Email' : 'SMS'} campaigns cannot be sent yet.{' '}
            {keeps ? 'Enter the keys; they are tried before they are saved, and used at once.' : ''}
          </p>
        )}
        <Answers answer={problem}>
          {problem && problem.errors.length === 0 && <ProblemAlert title="Nothing was saved">{problem.detail}</ProblemAlert>}
        </Answers>
        {!sandbox && keeps && <ProviderKeysForm key={saved?.saved_at} provider={form} name={name} problem={problem} />}
      </Stack>
    </Paper>
  );
}
