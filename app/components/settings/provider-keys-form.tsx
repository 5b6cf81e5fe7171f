import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import { type FormField, type ProviderForm, variableOf } from '#app/domain/provider-keys/provider-keys.ts';
import { ConfirmButton } from './confirm-button.tsx';
import type { SettingsAnswer } from './settings-answer.ts';

interface Field {
  name: FormField;
  label: string;
  description: string;
  /** Is never shown again. */
  secret?: boolean;
}

const sender = 'Where a campaign names nobody.';
const fieldsOf: Record<ProviderForm['channel'], Field[]> = {
  email: [
    { name: 'api_key', label: 'API key', description: 'SendGrid: Settings, API Keys. It needs “Mail Send” only.', secret: true },
    { name: 'sender', label: 'Sender', description: `Name <news@example.com>. ${sender}` },
    {
      name: 'webhook_key',
      label: 'Verification key',
      description: 'SendGrid: Mail Settings, Event Webhooks, Signed Event Webhook. Without it nobody learns of bounces.',
      secret: true,
    },
  ],
  sms: [
    { name: 'account_sid', label: 'Account SID', description: 'Twilio console, first page: AC and 32 digits.' },
    {
      name: 'auth_token',
      label: 'Auth token',
      description: 'Beside the SID. To change it, enter the secondary token, then promote it at Twilio.',
      secret: true,
    },
    { name: 'sender', label: 'Sender', description: `+15005550006, a short code, or a messaging service SID. ${sender}` },
  ],
};

interface Props {
  provider: ProviderForm;
  name: string;
  problem: SettingsAnswer<unknown>['problem'] | undefined;
}

/** The keys of one provider, those that the environment does not set. */
export function ProviderKeysForm({ provider: { channel, fixed, saved }, name, problem }: Props) {
  const { formData } = useNavigation();
  const busy = formData?.get('intent') === 'save' && formData.get('channel') === channel;
  const open = fieldsOf[channel].filter((field) => fixed[field.name] === undefined);
  const elsewhere = fieldsOf[channel].filter((field) => fixed[field.name] !== undefined).map((field) => variableOf[channel][field.name]);
  const stored = (field: FormField): string => {
    const value = saved?.[field];
    return typeof value === 'string' ? value : '';
  };
  return (
    <>
      {elsewhere.length > 0 && (
        <Text size="sm" c="dimmed">
          Set in the environment of the server, and changed there: {elsewhere.join(', ')}.
        </Text>
      )}
      {open.length > 0 && (
        <Form method="post" noValidate replace preventScrollReset>
          <input type="hidden" name="intent" value="save" />
          <input type="hidden" name="channel" value={channel} />
          <Stack gap="md">
            {open.map((field) => {
              const { name, label, description, secret } = field;
              const shared = {
                name,
                label,
                error: problem?.errors.find(({ path }) => path === name)?.message,
                autoComplete: 'off',
                spellCheck: false,
              };
              return secret ? (
                <PasswordInput
                  key={name}
                  {...shared}
                  description={saved?.[name] ? `Saved. Leave it empty to keep it. ${description}` : description}
                  visibilityToggleButtonProps={{ 'aria-label': `Show or hide: ${label}` }}
                  autoComplete="new-password"
                />
              ) : (
                <TextInput
                  key={name}
                  {...shared}
                  description={description}
                  defaultValue={problem?.fields[name] ?? stored(name)}
                  maxLength={320}
                />
              );
            })}
            <Group gap="xs">
              <Button type="submit" loading={busy} aria-label={`Try and save the keys of ${name}`}>
                Try and save
              </Button>
              {saved && (
                <ConfirmButton
                  label="Remove the keys"
                  name={name}
                  size="sm"
                  question={`Remove the keys of ${name}?`}
                  confirm="Remove the keys"
                  fields={{ intent: 'remove', channel }}
                >
                  {channel === 'email' ? 'Email' : 'SMS'} campaigns that are being sent end with that reason, and can be retried once there
                  are keys again.
                </ConfirmButton>
              )}
            </Group>
          </Stack>
        </Form>
      )}
    </>
  );
}
