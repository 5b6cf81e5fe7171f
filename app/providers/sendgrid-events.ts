import { type EventKind, idOf, type ProviderEvent, type SuppressingReason } from './provider-event.ts';
import { redact } from './redaction.ts';

type Meaning = Pick<ProviderEvent, 'kind' | 'delivery' | 'suppress'>;

const means = (kind: EventKind, delivery: ProviderEvent['delivery'] = null, suppress: SuppressingReason | null = null): Meaning => ({
  kind,
  delivery,
  suppress,
});

/** SendGrid's event types (twilio.com/docs/sendgrid, "Event Webhook Reference"). Opens and clicks say nothing about delivery. */
const meanings: Record<string, Meaning> = {
  processed: means('processed'),
  deferred: means('deferred', 'deferred'),
  delivered: means('delivered', 'delivered'),
  bounce: means('bounced', 'bounced', 'hard_bounce'),
  dropped: means('dropped', 'undelivered'),
  spamreport: means('complained', 'complained', 'complaint'),
  unsubscribe: means('unsubscribed', null, 'unsubscribe'),
  group_unsubscribe: means('unsubscribed', null, 'unsubscribe'),
  group_resubscribe: means('resubscribed'),
};

/** SendGrid keeps lists of its own; what it drops for those reasons belongs on ours. */
const dropped: [RegExp, SuppressingReason][] = [
  [/bounced address/i, 'hard_bounce'],
  [/spam reporting address/i, 'complaint'],
  [/unsubscribed address/i, 'unsubscribe'],
];

const MAX_EVENT_ID = 200;

/**
 * One element of the Event Webhook's array. Null for what is not about a message of ours, tells nothing about delivery, or is no event.
 */
export function sendGridEvent(raw: unknown): ProviderEvent | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const event = raw as Record<string, unknown>;
  const eventId = text(event.sg_event_id);
  const meaning = meaningOf(event);
  const campaignId = idOf(event.rollcall_campaign);
  const recipientId = idOf(event.rollcall_recipient);
  const attemptId = idOf(event.rollcall_attempt);
  if (!meaning || campaignId === null || recipientId === null || attemptId === null) return null;
  if (eventId === null || eventId === '' || eventId.length > MAX_EVENT_ID) return null;
  const words = text(event.reason) ?? text(event.response);
  return {
    provider: 'sendgrid',
    eventId,
    campaignId,
    recipientId,
    attemptId,
    ...meaning,
    occurredAtMs: timeOf(event.timestamp),
    code: text(event.status)?.slice(0, 20) ?? null,
    failureCode: null,
    reason: words === null || words === '' ? null : redact(words),
    address: text(event.email),
  };
}

function meaningOf(event: Record<string, unknown>): Meaning | null {
  const name = text(event.event);
  const meaning = name !== null && Object.hasOwn(meanings, name) ? (meanings[name] as Meaning) : null;
  // A block is the receiving server's passing refusal of this message; the address itself may be fine.
  if (name === 'bounce' && event.type === 'blocked') return means('blocked', 'bounced');
  if (name !== 'dropped' || !meaning) return meaning;
  const reason = text(event.reason) ?? '';
  return { ...meaning, suppress: dropped.find(([pattern]) => pattern.test(reason))?.[1] ?? null };
}

/** PostgreSQL's text has no NUL and no half characters. */
function text(value: unknown): string | null {
  return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : null;
}

/** Seconds since 1970, in this century and no further away. */
function timeOf(value: unknown): number | null {
  return typeof value === 'number' && value > 946_684_800 && value < 4_102_444_800 ? Math.floor(value * 1000) : null;
}
