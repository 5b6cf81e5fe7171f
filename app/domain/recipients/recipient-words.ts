import { MAX_ATTEMPTS, type RecipientJson } from './recipient.ts';

/** What is going on with a recipient, beside its status: a text, and the moment that it counts down to, if any. */
export interface RecipientWords {
  text: string;
  /** ISO 8601; the text goes on with "in 3 s". */
  due: string | null;
  /** What stands in place of the countdown once it is over. */
  over: string;
}

type Row = Pick<RecipientJson, 'status' | 'attempts' | 'next_attempt_at' | 'unknown_until'>;

/** "Retry 2 of 3" with its countdown for a recipient that was tried twice; empty where the status says all. */
export function recipientWords({ status, attempts, next_attempt_at, unknown_until }: Row): RecipientWords {
  const plain = (text: string) => ({ text, due: null, over: '' });
  switch (status) {
    case 'retrying':
      return { text: `Retry ${attempts} of ${MAX_ATTEMPTS - 1}`, due: next_attempt_at, over: 'now' };
    case 'sending':
      return plain(attempts > 1 ? `Retry ${attempts - 1} of ${MAX_ATTEMPTS - 1} is under way` : 'On its way to the provider');
    case 'unknown':
      return unknown_until
        ? { text: 'No clear answer yet; decided', due: unknown_until, over: 'now' }
        : plain('Waits for a person to decide');
    case 'pending':
    case 'queued':
      return plain(attempts > 0 ? 'Waits for its next attempt' : 'Not tried yet');
    case 'suppressed':
      return plain('On the list of those never sent to');
    case 'cancelled':
      return plain('Not sent to');
    default:
      return plain('');
  }
}

export function attemptsText(attempts: number): string {
  if (attempts === 0) return '';
  return `${attempts} of ${MAX_ATTEMPTS}`;
}
