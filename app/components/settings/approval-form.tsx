import { Button, Checkbox, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import type { RefObject } from 'react';
import { roleLabels, roles } from '#app/domain/access/roles.ts';
import type { ApprovalRule, Waiting } from '#app/domain/campaigns/approval-rule.ts';
import { useNumbers } from '../number.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import type { SettingsAnswer } from './settings-answer.ts';

interface Props {
  /** As it is, or as somebody typed it. */
  rule: ApprovalRule;
  /** What was typed as the number, where it is none. */
  typed?: string | undefined;
  /** Scheduled campaigns that would wait: told before it is saved. */
  waiting: Waiting[];
  problem: SettingsAnswer<unknown>['problem'];
  /** The question whether those shall wait. */
  asks: RefObject<HTMLDivElement>;
}

const SHOWN = 5;

/** Which campaigns wait for somebody else. */
export function ApprovalForm({ rule, typed, waiting, problem, asks }: Props) {
  const { state, formData } = useNavigation();
  const { counted } = useNumbers();
  const words = counted(waiting.length, 'scheduled campaign', 'scheduled campaigns');
  return (
    <Paper p="lg" maw={620}>
      <Form method="post" noValidate replace preventScrollReset>
        <Stack gap="md">
          <Stack gap={6}>
            <Checkbox
              name="large"
              label="Campaigns to many people"
              description="Counted by the list, with those who are on the suppression list."
              defaultChecked={rule.more_than !== null || typed !== undefined}
            />
            <TextInput
              name="more_than"
              label="More people than"
              inputMode="numeric"
              maxLength={8}
              maw={200}
              ml={32}
              autoComplete="off"
              defaultValue={typed ?? String(rule.more_than ?? 500)}
              error={problem?.errors.find(({ path }) => path === 'more_than')?.message}
            />
          </Stack>
          <Checkbox.Group
            label="Campaigns that people with these roles send"
            description="An API key counts as the person it belongs to."
            defaultValue={rule.roles}
          >
            <Group gap="md" mt={8}>
              {roles
                .filter((role) => role === 'admin' || role === 'marketer')
                .map((role) => (
                  <Checkbox key={role} name="roles" value={role} label={roleLabels[role]} />
                ))}
            </Group>
          </Checkbox.Group>
          {waiting.length > 0 && (
            <div ref={asks} tabIndex={-1} className="answers">
              <ProblemAlert kind="warning" title={`${words} will wait for an approval`}>
                <Text size="sm">
                  {waiting.length === 1 ? 'It stays' : 'They stay'} scheduled. What nobody has approved by its time does not go out, is a
                  draft again, and says so.
                </Text>
                <ul>
                  {waiting.slice(0, SHOWN).map(({ id, name, people }) => (
                    <li key={id} className="name" dir="auto">
                      {name}, to {counted(people, 'person', 'people')}
                    </li>
                  ))}
                  {waiting.length > SHOWN && <li>and {waiting.length - SHOWN} more</li>}
                </ul>
              </ProblemAlert>
            </div>
          )}
          {waiting.length > 0 && <input type="hidden" name="agreed" value={waiting.length} />}
          <Group justify="flex-end">
            <Button type="submit" name="intent" value="save" loading={state !== 'idle' && formData?.get('intent') === 'save'}>
              {waiting.length > 0 ? `Save, and let ${waiting.length === 1 ? 'it' : 'them'} wait` : 'Save'}
            </Button>
          </Group>
        </Stack>
      </Form>
    </Paper>
  );
}
