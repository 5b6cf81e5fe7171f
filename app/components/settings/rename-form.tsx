import { Button, Group, Paper, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import type { SettingsAnswer } from './settings-answer.ts';

export function RenameForm({ name, problem }: { name: string; problem: SettingsAnswer<unknown>['problem'] | undefined }) {
  const { formData } = useNavigation();
  const mine = problem?.fields.intent === 'rename' ? problem : undefined;
  return (
    <Paper p="md" maw={560}>
      <Form method="post" noValidate replace preventScrollReset>
        <input type="hidden" name="intent" value="rename" />
        <Group align="flex-start" gap="sm">
          <TextInput
            name="name"
            label="Name"
            defaultValue={mine?.fields.name ?? name}
            error={mine?.errors.find(({ path }) => path === 'name')?.message}
            maxLength={200}
            autoComplete="off"
            dir="auto"
            flex="1 1 220px"
          />
          <Button type="submit" variant="default" mt={26} loading={formData?.get('intent') === 'rename'}>
            Rename
          </Button>
        </Group>
      </Form>
    </Paper>
  );
}
