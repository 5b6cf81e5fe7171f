export type EventKind =
  | 'processed'
  | 'deferred'
  | 'delivered'
  | 'bounced'
  | 'blocked'
  | 'dropped'
  | 'undelivered'
  | 'complained'
  | 'unsubscribed'
  | 'resubscribed';

/** Why an event asks not to send to its address again. */
export type SuppressingReason = 'hard_bounce' | 'complaint' | 'unsubscribe' | 'stop';

/** Something that a provider tells about a message it took. Events may come late, twice and in any order. */
export interface ProviderEvent {
  provider: 'sendgrid' | 'twilio';
  /** Names the event; the same one may arrive again. What has no name of its own has one made of what it says, of any length. */
  eventId: string;
  /** The ids that travelled with the message; null where they got lost, then it is looked for by `messageIds` and `address`. */
  campaignId: number | null;
  recipientId: number | null;
  attemptId: number | null;
  /** What the provider may have called the message when it took it. */
  messageIds?: readonly string[];
  kind: EventKind;
  /** What it makes of the recipient's delivery; null: nothing. */
  delivery: 'delivered' | 'deferred' | 'bounced' | 'undelivered' | 'complained' | null;
  /** ms since 1970; null where the provider does not say, and it happened when it arrived. */
  occurredAtMs: number | null;
  /** The provider's own code. */
  code: string | null;
  /** A code of app/domain/failures.ts, where the message did not arrive. */
  failureCode: string | null;
  /** For an undelivered text a sentence for people, else the provider's words without addresses and keys. */
  reason: string | null;
  /** Whom it was about, as the provider spells it; for the suppression list alone, the log does not keep it. */
  address: string | null;
  suppress: SuppressingReason | null;
}

/** An id of ours that travelled to the provider and back; null where it is none. */
export function idOf(value: unknown): number | null {
  if (typeof value !== 'string' || !/^[1-9]\d{0,14}$/.test(value)) return null;
  return Number(value);
}
