import { IconMailX } from '@tabler/icons-react';
import type { Channel } from '#app/domain/channel.ts';
import { type FailureCode, failureLabel, failureTexts } from '#app/domain/failures.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { providerNames } from '../channel-words.ts';
import { RelativeTime } from '../relative-time.tsx';
import { recipientLooks } from '../status-look.ts';
import classes from './recipient-story.module.css';

interface Props {
  recipient: RecipientJson;
  channel: Channel;
  /** A person decided that the message arrived, in these words. */
  arrived: string | null;
}

/** Where the recipient stands, in a sentence with what to do about it. */
export function StateCard({ recipient, channel, arrived }: Props) {
  const { status, failure_code } = recipient;
  const { tone, icon: Icon } = status === 'sent' && lost(recipient) ? { tone: 'amber' as const, icon: IconMailX } : recipientLooks[status];
  const { title, text } = arrived && status === 'sent' ? { title: 'Counted as sent', text: arrived } : words(recipient, channel);
  const at = status === 'sent' ? recipient.sent_at : status === 'failed' ? recipient.failed_at : null;
  return (
    <section className={classes.state} data-tone={tone} aria-label="Where it stands">
      <Icon size={20} stroke={1.8} aria-hidden />
      <div>
        <p className={classes.stateTitle}>
          {title}
          {at && (
            <span className={classes.stateAt}>
              <RelativeTime at={at} />
            </span>
          )}
        </p>
        <p className={classes.stateText}>{text}</p>
        {status === 'failed' && failure_code && <p className={classes.code}>{failure_code}</p>}
      </div>
    </section>
  );
}

function words({ status, failure_code, delivery, unknown_until }: RecipientJson, channel: Channel): { title: string; text: string } {
  const provider = providerNames[channel];
  switch (status) {
    case 'sent':
      return {
        title: deliveryTitles[delivery ?? 'none'],
        text: lostTexts[delivery ?? ''] ?? `${provider} took the message${delivery === 'delivered' ? ' and delivered it' : ''}.`,
      };
    case 'failed': {
      const code = failure_code ?? '';
      return { title: failureLabel(code), text: code in failureTexts ? failureTexts[code as FailureCode].advice : '' };
    }
    case 'retrying':
      return {
        title: 'Will be tried again',
        text:
          failure_code && failure_code in failureTexts
            ? `${failureTexts[failure_code as FailureCode].label}. It is tried again by itself; nothing to do.`
            : 'It is tried again by itself; nothing to do.',
      };
    case 'sending':
      return { title: 'On its way', text: `The message is being handed to ${provider}.` };
    case 'unknown':
      return {
        title: 'Outcome unknown',
        text: unknown_until
          ? `${provider} did not say whether it took the message. Rollcall looks for evidence before it decides.`
          : `${provider} never said whether it took the message. A person has to decide, because sending again could deliver it twice.`,
      };
    case 'suppressed':
      return { title: 'Never sent to', text: 'The address was on the list of those never sent to, so the message was left out.' };
    case 'cancelled':
      return { title: 'Not sent', text: 'The campaign was cancelled before this recipient’s turn.' };
    default:
      return { title: 'Waiting', text: 'Its turn has not come yet.' };
  }
}

/** Accepted, and did not arrive or was not wanted. */
function lost({ delivery }: RecipientJson): boolean {
  return delivery !== null && delivery in lostTexts;
}

const lostTexts: Record<string, string> = {
  bounced: 'The receiving side sent it back. Where the address does not work for good, it is on the suppression list now.',
  undelivered: 'The provider took the message, but dropped it on the way.',
  complained: 'The person reported it as spam, and is on the suppression list now.',
};

const deliveryTitles = {
  none: 'Sent',
  delivered: 'Delivered',
  deferred: 'Sent, delivery is delayed',
  bounced: 'Sent, but it bounced',
  undelivered: 'Sent, but not delivered',
  complained: 'Sent, and marked as spam',
};
