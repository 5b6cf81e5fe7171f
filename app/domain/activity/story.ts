import type { ActivityJson } from '../campaigns/activity.ts';
import type { SuppressedAddress } from '../people/person.ts';
import type { AttemptJson, RecipientJson, RecipientStory } from '../recipients/recipient.ts';

/** One recipient with everything that was tried and everything that happened. */
export interface WholeStory extends RecipientStory {
  /** Oldest first. */
  events: StoryEvent[];
  /** Why and since when nobody sends to the address of now; null: it is not on the list. */
  suppressed: SuppressedAddress | null;
  /** Why the recipient cannot be sent to again, in a sentence; null where it can. */
  retry_closed: string | null;
}

/** What happened to one recipient beside the attempts: what people did, the rounds that it was part of, what the provider told later. */
export interface StoryEvent {
  /** ISO 8601 in UTC. */
  at: string;
  source: 'campaign' | 'provider';
  kind: string;
  /** Null where it was no person. */
  actor: string | null;
  /** The event in a sentence. */
  text: string;
  /** The provider's own code and words. */
  code: string | null;
  reason: string | null;
}

export interface ProviderEvent {
  provider: string;
  kind: string;
  /** ISO 8601 in UTC. */
  occurred_at: string;
  code: string | null;
  reason: string | null;
  /** The address that its message went to, where it was corrected since. */
  former?: string | null;
}

const providerTexts: Record<string, string> = {
  processed: 'The provider is delivering the message.',
  deferred: 'The receiving side put the message off; the provider tries again.',
  delivered: 'The message was delivered.',
  bounced: 'The message bounced: the receiving side sent it back.',
  blocked: 'The receiving side blocked the message.',
  dropped: 'The provider dropped the message without sending it.',
  undelivered: 'The carrier did not deliver the message.',
  complained: 'The person reported the message as spam.',
  unsubscribed: 'The person unsubscribed.',
  resubscribed: 'The person subscribed again.',
  stopped: 'The person answered STOP.',
  started: 'The person answered START.',
};

/** A recipient in one of these is part of the round under way, though its attempt is not logged yet. */
const waitingStatuses = ['pending', 'queued', 'sending'];

/**
 * One recipient's events in order. That the campaign had to wait for its provider is left to the campaign's own log.
 *
 * @param activity of the campaign: the recipient's own events, and those of its life
 * @param attempts of all rounds, oldest first
 */
export function storyEvents(
  recipient: Pick<RecipientJson, 'status'>,
  attempts: readonly Pick<AttemptJson, 'started_at'>[],
  activity: readonly ActivityJson[],
  provider: readonly ProviderEvent[],
): StoryEvent[] {
  // An attempt belongs to the last act before it: a campaign's retry round, or what somebody did for this recipient alone.
  const acts = activity.filter(({ kind, details }) => kind === 'retried' || kind === 'recipient_retried' || details.outcome === 'resend');
  const took = new Set(attempts.map(({ started_at }) => acts.findLast(({ at }) => at <= started_at)));
  if (waitingStatuses.includes(recipient.status)) took.add(acts.at(-1));
  const tookPart = (event: ActivityJson) => {
    if (event.kind === 'held' || event.kind === 'released') return false;
    if (event.kind === 'cancelled') return recipient.status === 'cancelled';
    return event.kind !== 'retried' || took.has(event);
  };
  const events = [
    ...activity
      .filter(tookPart)
      .map(({ at, kind, actor, text }) => ({ at, source: 'campaign' as const, kind, actor, text, code: null, reason: null })),
    ...provider.map(({ kind, occurred_at, code, reason, former }) => ({
      ...{ at: occurred_at, source: 'provider' as const, kind, actor: null },
      ...{ text: ofWhom(providerTexts[kind] ?? `The provider reported: ${kind}.`, former), code, reason },
    })),
  ];
  return inOrder(events, ({ at }) => at);
}

/** Who left or complained at a former address is not the person at the address of now. */
function ofWhom(text: string, former?: string | null): string {
  return former ? text.replace(/^The person /, `The person at ${former} `) : text;
}

const outcomeTexts: Record<AttemptJson['outcome'], string> = {
  accepted: 'The provider accepted the message.',
  transient: 'The provider refused for now.',
  permanent: 'The provider refused for good.',
  account: 'The provider refused the account.',
  unknown: 'There was no clear answer.',
};

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };

/** "2nd sending": how often somebody was sent to, by retry rounds or alone. @param round of the attempt, 0 for the first */
export function sendingText(round: number): string {
  return `${round + 1}${endings[ordinals.select(round + 1)] ?? 'th'} sending`;
}

/** An attempt as a line of the story: "Attempt 2: the provider refused for now." */
export function attemptText({ round, number, outcome }: Pick<AttemptJson, 'round' | 'number' | 'outcome'>): string {
  return `Attempt ${number}${round > 0 ? ` of the ${sendingText(round)}` : ''}. ${outcomeTexts[outcome]}`;
}

/** Oldest first; what happened at the same moment keeps its order. Works for times in ISO 8601, all in UTC and of the same length. */
export function inOrder<T>(items: readonly T[], at: (item: T) => string): T[] {
  return items.toSorted((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0));
}
