import { Button, Group, Paper, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import type { SettingsAnswer } from './settings-answer.ts';

interface Props {
  limits: { idle_hours: number; longest_days: number };
  problem: SettingsAnswer<unknown>['problem'] | undefined;
}

/** When sessions end by themselves. */
export function SessionLimitsForm({ limits, problem }: Props) {
  const { formData } = useNavigation();
  const mine = problem?.fields.intent === 'sessions' ? problem : undefined;
  const field = (name: keyof Props['limits'], label: string) => (
    <TextInput
      name={name}
      label={label}
      inputMode="numeric"
      defaultValue={mine?.fields[name] ?? String(limits[name])}
      error={mine?.errors.find(({ path }) => path === name)?.message}
      maxLength={4}
      autoComplete="off"
      flex="1 1 180px"
    />
  );
  return (
    <Paper p="md" maw={560}>
      <Form method="post" noValidate replace preventScrollReset>
        <input type="hidden" name="intent" value="sessions" />
        <Group align="flex-start" gap="sm">
          {field('idle_hours', 'Hours without use')}
          {field('longest_days', 'Days in all')}
          <Button type="submit" variant="default" mt={26} loading={formData?.get('intent') === 'sessions'}>
            Save
          </Button>
        </Group>
      </Form>
    </Paper>
  );
}
