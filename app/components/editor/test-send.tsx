import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { may } from '#app/domain/access/roles.ts';
import type { Channel } from '#app/domain/channel.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import { useViewer } from '../use-viewer.ts';
import classes from './review.module.css';

interface Props {
  campaignId: number;
  channel: Channel;
  /** Where a test would go unless somebody says otherwise. */
  own: string | null;
  disabled: boolean;
  /** Whose message it is; null for the first of the list. */
  recipientId: number | null;
  contacts: number;
  flush(): Promise<boolean>;
}

type Answer = { kind: 'sent'; to: string } | { kind: 'refused'; message: string };

/** One message to oneself, with the data of whom the preview is for; it is not counted anywhere. */
export function TestSend({ campaignId, channel, own, disabled, recipientId, contacts, flush }: Props) {
  const [address, setAddress] = useState(channel === 'email' ? (own ?? '') : '');
  const seesPeople = may(useViewer(), 'people:read');
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);

  const send = async () => {
    setBusy(true);
    setAnswer(null);
    setAnswer(
      (await flush())
        ? await request(campaignId, address.trim(), recipientId)
        : { kind: 'refused', message: 'The draft could not be saved, so nothing was sent.' },
    );
    setBusy(false);
  };

  return (
    <form
      className="needs-script"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Group align="flex-end" gap="xs" wrap="nowrap" maw={460}>
        <TextInput
          flex={1}
          label="Send a test to"
          type={channel === 'email' ? 'email' : 'tel'}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          placeholder={channel === 'email' ? 'you@example.com' : '+12015550123'}
          autoComplete={channel === 'email' ? 'email' : 'tel'}
        />
        <Button type="submit" variant="default" loading={busy} disabled={disabled || address.trim() === ''}>
          Send test
        </Button>
      </Group>
      <div aria-live="polite" className={classes.answer}>
        {answer?.kind === 'sent' && (
          <TestSent to={answer.to} whose={!seesPeople || contacts === 0 ? 'nobody' : recipientId === null ? 'first' : 'preview'} />
        )}
        {answer?.kind === 'refused' && <ProblemAlert title="The test was not sent">{answer.message}</ProblemAlert>}
      </div>
    </form>
  );
}

const data = {
  first: 'the data of the first recipient',
  preview: 'the data of the recipient of the preview',
  nobody: 'nobody’s data',
};

/** @param whose data it carries */
export function TestSent({ to, whose }: { to: string; whose: keyof typeof data }) {
  return (
    <ProblemAlert kind="success" title={`A test is on its way to ${to}`}>
      It carries {data[whose]} and is not counted in the campaign.
    </ProblemAlert>
  );
}

async function request(campaignId: number, address: string, recipientId: number | null): Promise<Answer> {
  try {
    const response = await fetch(`/api/v1/campaigns/${campaignId}/test`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ address, recipient_id: recipientId }),
    });
    const body = (await response.json()) as { outcome?: string; reason?: string | null; detail?: string };
    if (response.ok && body.outcome === 'accepted') return { kind: 'sent', to: address };
    return { kind: 'refused', message: body.reason ?? body.detail ?? 'The provider did not take it. Try again in a minute.' };
  } catch {
    return { kind: 'refused', message: 'The server could not be reached. Check your connection and try again.' };
  }
}
