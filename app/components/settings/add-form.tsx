import { Button, Checkbox, Group, Paper, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { RoleSelect } from './role-select.tsx';
import type { SettingsAnswer } from './settings-answer.ts';

interface Props {
  /** What is added; also the form's intent. */
  intent: string;
  submit: string;
  namePlaceholder: string;
  withEmail?: boolean;
  /** Somebody is told by mail, where that is wanted. Left out: nobody is. */
  mails?: boolean;
  problem: SettingsAnswer<unknown>['problem'] | undefined;
}

/** A name, perhaps an address, and a role: somebody or some program that gets in from now on. */
export function AddForm({ intent, submit, namePlaceholder, withEmail = false, mails = false, problem }: Props) {
  const { formData } = useNavigation();
  // A problem of another form on the page is told there.
  const mine = problem?.fields.intent === intent ? problem : undefined;
  const errorOf = (path: string) => mine?.errors.find((error) => error.path === path)?.message;
  return (
    <Paper p="md">
      <Form method="post" noValidate replace preventScrollReset>
        <input type="hidden" name="intent" value={intent} />
        <Group align="flex-start" gap="sm">
          <TextInput
            name="name"
            label="Name"
            placeholder={namePlaceholder}
            defaultValue={mine?.fields.name}
            error={errorOf('name')}
            maxLength={200}
            flex="1 1 180px"
            autoComplete="off"
            dir="auto"
          />
          {withEmail && (
            <TextInput
              name="email"
              type="email"
              label="Email"
              placeholder="ana@example.com"
              defaultValue={mine?.fields.email}
              error={errorOf('email')}
              maxLength={254}
              flex="1 1 200px"
              autoComplete="off"
            />
          )}
          <RoleSelect label="Role" defaultValue={mine?.fields.role ?? 'marketer'} error={errorOf('role')} flex="0 1 150px" />
          <Button type="submit" mt={26} loading={formData?.get('intent') === intent}>
            {submit}
          </Button>
        </Group>
        {mails && (
          <Checkbox name="mail" value="1" label="Send the link by email" defaultChecked={!mine || mine.fields.mail === '1'} mt="sm" />
        )}
      </Form>
    </Paper>
  );
}
