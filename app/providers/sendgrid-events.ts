import { bounceIsFinal } from './bounces.ts';
import { messageIdBeginnings } from './message-ids.ts';
import { type EventKind, idOf, type ProviderEvent, type SuppressingReason } from './provider-event.ts';
import { redact } from './redaction.ts';

type Meaning = Pick<ProviderEvent, 'kind' | 'delivery' | 'suppress'>;

const means = (kind: EventKind, delivery: ProviderEvent['delivery'] = null, suppress: SuppressingReason | null = null): Meaning => ({
  kind,
  delivery,
  suppress,
});

/**
 * SendGrid's event types (twilio.com/docs/sendgrid, "Event Webhook Reference"), in small letters without signs between. Opens and clicks
 * say nothing about delivery.
 */
const meanings: Record<string, Meaning> = {
  processed: means('processed'),
  deferred: means('deferred', 'deferred'),
  delivered: means('delivered', 'delivered'),
  bounce: means('bounced', 'bounced', 'hard_bounce'),
  bounced: means('bounced', 'bounced', 'hard_bounce'),
  hardbounce: means('bounced', 'bounced', 'hard_bounce'),
  softbounce: means('bounced', 'bounced'),
  blocked: means('blocked', 'bounced'),
  dropped: means('dropped', 'undelivered'),
  drop: means('dropped', 'undelivered'),
  spamreport: means('complained', 'complained', 'complaint'),
  spamreported: means('complained', 'complained', 'complaint'),
  complaint: means('complained', 'complained', 'complaint'),
  unsubscribe: means('unsubscribed', null, 'unsubscribe'),
  unsubscribed: means('unsubscribed', null, 'unsubscribe'),
  listunsubscribe: means('unsubscribed', null, 'unsubscribe'),
  groupunsubscribe: means('unsubscribed', null, 'unsubscribe'),
  groupunsubscribed: means('unsubscribed', null, 'unsubscribe'),
  resubscribe: means('resubscribed'),
  groupresubscribe: means('resubscribed'),
};

/** What must not be lost, under a name that is not documented. */
const resembling: [RegExp, Meaning][] = [
  [/resub/, means('resubscribed')],
  [/unsub|optout/, means('unsubscribed', null, 'unsubscribe')],
  [/spam|complain|abuse/, means('complained', 'complained', 'complaint')],
  [/^soft|^block/, means('blocked', 'bounced')],
  [/bounce/, means('bounced', 'bounced', 'hard_bounce')],
];

/** SendGrid keeps lists of its own; what it drops for those reasons belongs on ours. */
const dropped: [RegExp, SuppressingReason][] = [
  [/spam[\s_-]*report|complain/i, 'complaint'],
  [/unsubscribe/i, 'unsubscribe'],
  [
    /bounced?[\s_-]*(address|email|recipient|list)|previous(ly)?[\s_-]*bounce|^invalid([\s_-]*(e-?mail|address|recipient))*$/i,
    'hard_bounce',
  ],
];

const MAX_EVENT_ID = 200;

/**
 * One element of the Event Webhook's array. What ends an address, or asks to be left alone, is read whatever it lacks and however it is
 * spelt; of the rest, null for what is not about a message of ours, tells nothing about delivery, or is no event.
 */
export function sendGridEvent(raw: unknown): ProviderEvent | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const event = raw as Record<string, unknown>;
  const meaning = meaningOf(event);
  if (!meaning) return null;
  const weighty = meaning.suppress !== null || meaning.kind === 'bounced' || meaning.kind === 'blocked' || meaning.kind === 'dropped';
  const id = weighty ? (value: unknown) => idOf(loose(value)) : idOf;
  const campaignId = id(event.rollcall_campaign);
  const recipientId = id(event.rollcall_recipient);
  const attemptId = id(event.rollcall_attempt);
  const ours = campaignId !== null && recipientId !== null && attemptId !== null;
  const address = bare(loose(event.email));
  const messageIds = messageIdsOf(loose(event.sg_message_id));
  const named = text(event.sg_event_id);
  const hasName = named !== null && named !== '' && named.length <= MAX_EVENT_ID;
  if (!weighty && (!ours || !hasName)) return null;
  if (!ours && address === null && messageIds.length === 0) return null;
  const words = loose(event.reason) ?? loose(event.response);
  return {
    provider: 'sendgrid',
    eventId: hasName ? named : unnamed(event),
    ...(ours ? { campaignId, recipientId, attemptId } : { campaignId: null, recipientId: null, attemptId: null }),
    messageIds,
    ...meaning,
    occurredAtMs: timeOf(event.timestamp),
    code: loose(event.status)?.slice(0, 20) || null,
    failureCode: null,
    reason: words === null || words === '' ? null : redact(words),
    address,
  };
}

const knownNames = new Set(['open', 'click', 'machineopened', 'accountstatuschange']);

/** The name of an event that SendGrid did not have when this was written; null for all others. */
export function unknownEventName(raw: unknown): string | null {
  if (typeof raw !== 'object' || raw === null || meaningOf(raw as Record<string, unknown>)) return null;
  const said = loose((raw as Record<string, unknown>).event) ?? '';
  return knownNames.has(said.toLowerCase().replaceAll(/[\s_-]/g, '')) ? null : redact(said).slice(0, 40);
}

function meaningOf(event: Record<string, unknown>): Meaning | null {
  const name =
    loose(event.event)
      ?.toLowerCase()
      .replaceAll(/[\s_-]/g, '') ?? '';
  const meaning = Object.hasOwn(meanings, name)
    ? (meanings[name] as Meaning)
    : (resembling.find(([pattern]) => pattern.test(name))?.[1] ?? null);
  const reason = loose(event.reason) ?? loose(event.response);
  if (meaning?.kind === 'dropped') {
    return { ...meaning, suppress: dropped.find(([pattern]) => pattern.test(reason ?? ''))?.[1] ?? null };
  }
  if (meaning?.kind !== 'bounced') return meaning;
  const type = loose(event.type);
  // A block is the receiving server's passing refusal of this message; the address itself may be fine.
  if (/block/i.test(type ?? '')) return means('blocked', 'bounced');
  const classification = loose(event.bounce_classification);
  return {
    ...meaning,
    suppress: meaning.suppress && bounceIsFinal({ type, reason, classification, status: loose(event.status) }) ? 'hard_bounce' : null,
  };
}

/** "Eve <eve@shop.test>" and "mailto:eve@shop.test" name Eve's address. */
function bare(address: string | null): string | null {
  return address === null ? null : (/<\s*([^<>\s]{1,320})\s*>\s*$/.exec(address)?.[1] ?? address).replace(/^mailto:/i, '');
}

function messageIdsOf(id: string | null): string[] {
  return id === null || id.length > MAX_EVENT_ID ? [] : messageIdBeginnings(id);
}

/** The same event again has the same name, though it brings none. */
function unnamed(event: Record<string, unknown>): string {
  const facts = ['event', 'email', 'sg_message_id', 'rollcall_attempt', 'timestamp', 'type', 'status', 'reason'].map((name) =>
    loose(event[name]),
  );
  return `unnamed ${JSON.stringify(facts)}`;
}

/** Programs on the way make numbers of texts, and lists of one of single values. */
function loose(value: unknown): string | null {
  const one = Array.isArray(value) ? (value as unknown[])[0] : value;
  return typeof one === 'number' || typeof one === 'bigint' ? String(one) : (text(one)?.trim() ?? null);
}

/** PostgreSQL's text has no NUL and no half characters. */
function text(value: unknown): string | null {
  return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : null;
}

/** Seconds since 1970, or ms, in this century and no further away. */
function timeOf(value: unknown): number | null {
  const said = typeof value === 'string' && /^\s*\d{9,13}(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof said !== 'number') return null;
  const seconds = said > 100_000_000_000 ? said / 1_000 : said;
  return seconds > 946_684_800 && seconds < 4_102_444_800 ? Math.floor(seconds * 1_000) : null;
}
