import { Button, TextInput } from '@mantine/core';
import type { useFetcher } from '@remix-run/react';
import { IconCheck, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import type { Channel } from '#app/domain/channel.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import type { ActAnswer } from '../act-answer.ts';
import { needsCorrection } from './needs-correction.ts';
import classes from './recipient-actions.module.css';
import { useAddressCheck } from './use-address-check.ts';

interface Props {
  recipient: RecipientJson;
  channel: Channel;
  action: string;
  /** The address of now is never sent to: only another one can be. */
  suppressed: boolean;
  fetcher: ReturnType<typeof useFetcher<ActAnswer>>;
}

/** Sends to one failed recipient again. Where the address was refused, its correction comes first; else it is a click away. */
export function RetryOne({ recipient, channel, action, suppressed, fetcher }: Props) {
  const { address, failure_code } = recipient;
  const [typed, setTyped] = useState(address);
  const check = useAddressCheck(channel, typed);
  const wrong = suppressed || needsCorrection(failure_code);
  const same = check.address === address;
  const word = channel === 'email' ? 'address' : 'number';
  const field = (
    <TextInput
      name="address"
      type={channel === 'email' ? 'email' : 'tel'}
      inputMode={channel === 'email' ? 'email' : 'tel'}
      label={wrong ? `Correct the ${word}` : `Send to another ${word}`}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      error={check.error}
      description={
        same && wrong
          ? suppressed
            ? `Nobody sends to this ${word}. Write the right one.`
            : `This is the ${word} that was refused.`
          : check.address && check.address !== typed
            ? `Goes to ${check.address}`
            : null
      }
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      rightSection={check.address && !same ? <IconCheck size={16} color="var(--tone-green-fg)" aria-hidden /> : null}
      autoComplete="off"
      spellCheck={false}
      maxLength={320}
      className={classes.field}
    />
  );
  return (
    <fetcher.Form method="post" action={action} className={classes.form}>
      <input type="hidden" name="intent" value="retry" />
      {wrong ? (
        field
      ) : (
        <details className={classes.other} open={!same}>
          <summary>Send to another {word}</summary>
          {field}
        </details>
      )}
      <div className={classes.foot}>
        <Button
          type="submit"
          variant={same && wrong ? 'default' : 'filled'}
          leftSection={<IconRefresh size={16} stroke={1.9} aria-hidden />}
          loading={fetcher.state !== 'idle'}
          disabled={check.error !== null || (same && suppressed)}
        >
          {!same ? 'Fix and retry' : wrong ? `Retry the same ${word}` : 'Retry'}
        </Button>
        <p className={classes.hint}>Sends this one message. It uses none of the campaign’s retry rounds.</p>
      </div>
    </fetcher.Form>
  );
}
