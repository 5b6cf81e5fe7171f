import { sendingText } from '#app/domain/activity/story.ts';
import { type AttemptJson, type AttemptOutcome, MAX_ATTEMPTS } from '#app/domain/recipients/recipient.ts';
import type { Tone } from '../status-look.ts';

/** What an attempt came to, for people; the provider's own sentence follows it. */
const outcomes: Record<AttemptOutcome, { title: (provider: string) => string; tone: Tone }> = {
  accepted: { title: (provider) => `Accepted by ${provider}`, tone: 'green' },
  transient: { title: () => 'Refused for now', tone: 'amber' },
  permanent: { title: () => 'Refused for good', tone: 'red' },
  account: { title: (provider) => `${provider} refused the account`, tone: 'red' },
  unknown: { title: () => 'No clear answer', tone: 'violet' },
};

export function attemptTitle(attempt: Pick<AttemptJson, 'outcome'>, provider: string): string {
  return outcomes[attempt.outcome].title(provider);
}

/** What happened, without the advice that follows it in a provider's sentence: what to do is said once, above the attempts. */
export function firstSentence(text: string): string {
  return /^.+?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}

export function attemptTone(attempt: Pick<AttemptJson, 'outcome'>): Tone {
  return outcomes[attempt.outcome].tone;
}

/**
 * "First attempt", "Retry 2 of 3"; where the person was sent to before, "2nd sending, retry 2 of 3". A round is the campaign's: somebody who
 * was sent to alone was part of none.
 */
export function attemptName({ number, round }: Pick<AttemptJson, 'number' | 'round'>): string {
  const name = number === 1 ? 'First attempt' : `Retry ${number - 1} of ${MAX_ATTEMPTS - 1}`;
  return round === 0 ? name : `${sendingText(round)}, ${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}
