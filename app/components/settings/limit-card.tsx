import { Button, Group, Paper, Text, TextInput, Title } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import type { LimitJson } from '#app/domain/limits/limit.ts';
import { ChannelMark } from '../channel-mark.tsx';
import { useNumbers } from '../number.tsx';
import { ClockTime } from '../relative-time.tsx';
import { ActButton } from './act-button.tsx';
import classes from './settings.module.css';
import type { SettingsAnswer } from './settings-answer.ts';

interface Props {
  limit: LimitJson;
  problem: SettingsAnswer<unknown>['problem'] | undefined;
}

/** One provider's speed, and what holds it at present. */
export function LimitCard({ limit: { channel, rate, default_rate, hold }, problem }: Props) {
  const numbers = useNumbers();
  const { formData } = useNavigation();
  const name = channel === 'email' ? 'Email' : 'SMS';
  const busy = formData?.get('intent') === 'rate' && formData.get('channel') === channel;
  const byDefault = default_rate === null ? 'no limit' : `${numbers.rate(default_rate)} a second, as this server is set up`;
  return (
    <Paper p="lg" component="section" aria-label={name}>
      <Group gap="sm" mb="md">
        <ChannelMark channel={channel} />
        <Title order={3}>{name}</Title>
      </Group>
      <Form method="post" noValidate replace preventScrollReset>
        <input type="hidden" name="intent" value="rate" />
        <input type="hidden" name="channel" value={channel} />
        <Group align="flex-start" gap="sm">
          <TextInput
            name="rate"
            inputMode="decimal"
            label={`Messages per second, ${name}`}
            description={`0 stops ${name} at once. Empty: ${byDefault}.`}
            defaultValue={problem?.fields.rate ?? rate ?? ''}
            error={problem?.errors.find(({ path }) => path === 'rate')?.message}
            maxLength={10}
            autoComplete="off"
            flex="1 1 260px"
          />
          <Button type="submit" className={classes.beside} loading={busy} aria-label={`Change the limit of ${name}`}>
            Change
          </Button>
        </Group>
      </Form>
      {rate === 0 ? (
        <Text size="sm" mt="md" role="status">
          Stopped here: nothing is sent by {name}, and its campaigns wait. Enter another number, or nothing, to go on.
        </Text>
      ) : hold ? (
        <Group mt="md" gap="sm">
          <Text size="sm" role="status">
            {hold.reason} Nothing is sent since <ClockTime at={hold.since} />; the next try is at <ClockTime at={hold.until} />.
          </Text>
          <ActButton label="Try now" name={name} fields={{ intent: 'probe', channel }} />
        </Group>
      ) : (
        <Text size="sm" c="dimmed" mt="md">
          Not held: messages go out as they are due.
        </Text>
      )}
    </Paper>
  );
}
