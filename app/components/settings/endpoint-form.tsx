import { Button, Checkbox, Group, NumberInput, Stack, TextInput } from '@mantine/core';
import { Form, useNavigation } from '@remix-run/react';
import type { ReactNode } from 'react';
import { alertEvents, eventTexts } from '#app/domain/alerts/alert.ts';
import type { EndpointJson } from '#app/domain/alerts/endpoint.ts';
import type { FieldError } from '#app/domain/problem.ts';

interface Props {
  endpoint?: EndpointJson;
  intent: string;
  submit: string;
  errors: FieldError[];
  /** Beside the button. */
  extra?: ReactNode;
}

/** Where alerts go, which ones, and from how many failures on. */
export function EndpointForm({ endpoint, intent, submit, errors, extra }: Props) {
  const { state, formData } = useNavigation();
  const errorOf = (field: string) => errors.find(({ path }) => path === field || path.startsWith(`${field}.`))?.message;
  const events = endpoint?.events ?? alertEvents;
  return (
    <Form method="post" noValidate replace preventScrollReset>
      <input type="hidden" name="intent" value={intent} />
      <Stack gap="lg">
        <TextInput
          name="url"
          type="url"
          label="URL"
          description="Alerts are posted there as JSON, signed with a secret of this endpoint."
          placeholder="https://hooks.example.com/rollcall"
          defaultValue={endpoint?.url}
          error={errorOf('url')}
          maxLength={2000}
          inputMode="url"
          autoComplete="off"
        />
        <Checkbox.Group label="Events" defaultValue={[...events]} error={errorOf('events')}>
          <Stack gap="sm" mt={6}>
            {alertEvents.map((event) => (
              <Checkbox
                key={event}
                name="events"
                value={event}
                label={eventTexts[event].label}
                description={
                  <>
                    {eventTexts[event].description} <code>{event}</code>
                  </>
                }
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <Group align="flex-start" gap="lg" grow preventGrowOverflow={false}>
          <NumberInput
            name="failure_threshold"
            label="Failures in a row"
            description="Told from this one on: of a campaign and its retries, or of a channel’s campaigns one after another. 1 tells of every failure."
            min={1}
            max={100}
            allowDecimal={false}
            defaultValue={endpoint?.failure_threshold ?? 1}
            error={errorOf('failure_threshold')}
            miw={220}
          />
          <NumberInput
            name="min_unreached"
            label="People not reached, at least"
            description="A few bad addresses are in every list: a higher number keeps those quiet."
            min={1}
            max={1_000_000}
            allowDecimal={false}
            defaultValue={endpoint?.min_unreached ?? 1}
            error={errorOf('min_unreached')}
            miw={220}
          />
        </Group>
        <Group justify="flex-end" gap="xs">
          {extra}
          <Button type="submit" loading={state !== 'idle' && formData?.get('intent') === intent}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}

/** The form's fields as the domain takes them; what is no number stays wrong and is told as such. */
export function readEndpointForm(form: FormData) {
  return {
    url: String(form.get('url') ?? ''),
    events: form.getAll('events').map(String) as EndpointJson['events'],
    failure_threshold: Number(form.get('failure_threshold') || Number.NaN),
    min_unreached: Number(form.get('min_unreached') || Number.NaN),
  };
}
