import { Button, Checkbox, Group, NativeSelect, Paper, Stack, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { useState } from 'react';
import type { Lifetime } from '#app/domain/access/key-input.ts';
import { type Scope, scopeTexts } from '#app/domain/access/roles.ts';
import { useHydrated } from '../use-hydrated.ts';
import type { SettingsAnswer } from './settings-answer.ts';

interface Props {
  /** What whoever makes the key may give it. */
  scopes: readonly Scope[];
  /** Those that it may be limited to, the newest first. */
  campaigns: readonly { id: number; name: string }[];
  problem: SettingsAnswer<unknown>['problem'] | undefined;
}

const lifetimes: { value: Lifetime; label: string }[] = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'date', label: 'Until a day' },
  { value: 'never', label: 'No end' },
];

/** A key for a program: what for, for which campaigns, and for how long. Each choice that widens it is one that somebody makes. */
export function KeyForm({ scopes, campaigns, problem }: Props) {
  const { formData } = useNavigation();
  const hydrated = useHydrated();
  const mine = problem?.fields.intent === 'add' ? problem : undefined;
  const errorOf = (path: string) => mine?.errors.find((error) => error.path === path || error.path.startsWith(`${path}.`))?.message;
  const [reach, setReach] = useState(mine?.fields.reach ?? 'all');
  const [lifetime, setLifetime] = useState(mine?.fields.lifetime ?? '90');
  return (
    <Paper p="md">
      <Form method="post" noValidate replace preventScrollReset>
        <input type="hidden" name="intent" value="add" />
        <Stack gap="md">
          <TextInput
            name="name"
            label="Name"
            placeholder="Nightly import"
            defaultValue={mine?.fields.name}
            error={errorOf('name')}
            maxLength={200}
            maw={420}
            autoComplete="off"
            dir="auto"
          />
          <Checkbox.Group label="May" defaultValue={[]} error={errorOf('scopes')}>
            <Stack gap="xs" mt={6}>
              {scopes.map((scope) => (
                <Checkbox
                  key={scope}
                  name="scopes"
                  value={scope}
                  label={scopeTexts[scope].label}
                  description={scopeTexts[scope].description}
                />
              ))}
            </Stack>
          </Checkbox.Group>
          <Group align="flex-start" gap="sm">
            <NativeSelect
              name="reach"
              label="Campaigns"
              defaultValue={reach}
              onChange={(event) => setReach(event.currentTarget.value)}
              description={campaigns.length === 0 ? 'For one campaign alone: make the campaign first.' : undefined}
              error={errorOf('reach') ?? (campaigns.length === 0 && errorOf('campaign'))}
              flex="1 1 160px"
              maw={220}
              data={[
                { value: 'all', label: 'All' },
                { value: 'email', label: 'Email campaigns' },
                { value: 'sms', label: 'SMS campaigns' },
                { value: 'campaign', label: 'One campaign', disabled: campaigns.length === 0 },
              ]}
            />
            {campaigns.length > 0 && (reach === 'campaign' || !hydrated) && (
              <NativeSelect
                name="campaign"
                label="Which one"
                defaultValue={mine?.fields.campaign ?? ''}
                error={errorOf('campaign')}
                flex="1 1 220px"
                maw={360}
                data={[
                  { value: '', label: 'Choose' },
                  ...campaigns.map(({ id, name }) => ({ value: String(id), label: `${name} (${id})` })),
                ]}
              />
            )}
          </Group>
          <Group align="flex-start" gap="sm">
            <NativeSelect
              name="lifetime"
              label="Ends after"
              defaultValue={lifetime}
              onChange={(event) => setLifetime(event.currentTarget.value)}
              error={errorOf('lifetime')}
              flex="1 1 160px"
              maw={220}
              data={lifetimes}
            />
            {(lifetime === 'date' || !hydrated) && (
              <TextInput
                name="until"
                type="date"
                label="Last day (UTC)"
                defaultValue={mine?.fields.until}
                error={errorOf('until')}
                flex="1 1 160px"
                maw={220}
              />
            )}
          </Group>
          <Group>
            <Button type="submit" loading={formData?.get('intent') === 'add'}>
              Make a key
            </Button>
          </Group>
        </Stack>
      </Form>
    </Paper>
  );
}

/** The form's fields as the domain takes them. */
export function readKeyForm(form: FormData) {
  const text = (name: string) => (form.has(name) ? String(form.get(name)) : undefined);
  return {
    name: text('name'),
    scopes: form.getAll('scopes').map(String),
    role: text('role'),
    reach: text('reach'),
    campaign: text('campaign'),
    lifetime: text('lifetime'),
    until: text('until'),
  };
}
