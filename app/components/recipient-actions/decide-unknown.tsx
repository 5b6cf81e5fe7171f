import { Button, Radio } from '@mantine/core';
import type { useFetcher } from '@remix-run/react';
import { useState } from 'react';
import type { Channel } from '#app/domain/channel.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import type { Resolution } from '#app/domain/recipients/resolutions.ts';
import type { ActAnswer } from '../act-answer.ts';
import { providerNames } from '../channel-words.ts';
import classes from './recipient-actions.module.css';

interface Props {
  recipient: RecipientJson;
  channel: Channel;
  /** Why it cannot be sent to again once it counts as failed; null where it can. */
  closed: string | null;
  action: string;
  fetcher: ReturnType<typeof useFetcher<ActAnswer>>;
}

const choices: { outcome: Resolution; label: string; consequence: string; confirm: string }[] = [
  {
    outcome: 'sent',
    label: 'It arrived',
    consequence: 'Counts as sent. Nothing is sent now.',
    confirm: 'Count it as sent',
  },
  {
    outcome: 'failed',
    label: 'It did not arrive',
    consequence: 'Counts as failed. It can be retried later, alone or with the others.',
    confirm: 'Count it as failed',
  },
  {
    outcome: 'resend',
    label: 'Send it again',
    consequence: 'A new message goes out at once. If the first one arrived after all, this person gets it twice.',
    confirm: 'Send it again now',
  },
];

/** A person's decision on an outcome that nobody knows: choose with the consequence in sight, then confirm. */
export function DecideUnknown({ recipient, channel, closed, action, fetcher }: Props) {
  const [outcome, setOutcome] = useState<string | null>(null);
  const chosen = choices.find((choice) => choice.outcome === outcome);
  return (
    <fetcher.Form method="post" action={action} className={classes.form}>
      <input type="hidden" name="intent" value="resolve" />
      <Radio.Group
        name="outcome"
        label="What happened to this message?"
        description={`Ask the person, or look for ${recipient.provider_message_id ?? recipient.address} in ${providerNames[channel]}’s own log.`}
        value={outcome}
        onChange={setOutcome}
        required
        withAsterisk={false}
      >
        <div className={classes.choices}>
          {choices.map(({ outcome: value, label, consequence }) => (
            <Radio
              key={value}
              value={value}
              label={label}
              description={value === 'failed' && closed ? `Counts as failed. ${closed}` : consequence}
              required
              classNames={{ root: classes.choice }}
            />
          ))}
        </div>
      </Radio.Group>
      <Button type="submit" loading={fetcher.state !== 'idle'} disabled={!chosen} className="needs-script" style={{ justifySelf: 'start' }}>
        {chosen?.confirm ?? 'Choose what happened'}
      </Button>
      <Button type="submit" className="no-script" style={{ justifySelf: 'start' }}>
        Confirm
      </Button>
    </fetcher.Form>
  );
}
