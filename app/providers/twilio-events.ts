import { type Wish, wishOf } from './opt-words.ts';
import { type EventKind, idOf, type ProviderEvent } from './provider-event.ts';
import { twilioDeliveryFailure } from './twilio-codes.ts';

/** MessageStatus of a callback (twilio.com/docs/messaging, "Outbound Message Status in Status Callbacks"). */
const kinds: Record<string, EventKind> = {
  accepted: 'processed',
  scheduled: 'processed',
  queued: 'processed',
  sending: 'processed',
  sent: 'processed',
  delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
};

const isSid = (text: string) => /^[A-Z]{2}[0-9a-fA-F]{32}$/.test(text);

/**
 * A status callback: its form and the ids in the query of the URL that we gave with the message. Null for what is not about a message of
 * ours, or tells nothing about delivery; that a text did not arrive is read without our ids, too. Twilio sends no time with it.
 */
export function twilioStatus(form: URLSearchParams, query: URLSearchParams): ProviderEvent | null {
  const status = (form.get('MessageStatus') || form.get('SmsStatus') || '').trim().toLowerCase();
  const sid = (form.get('MessageSid') || form.get('SmsSid') || '').trim();
  const kind = Object.hasOwn(kinds, status) ? kinds[status] : undefined;
  const campaignId = idOf(query.get('campaign'));
  const recipientId = idOf(query.get('recipient'));
  const attemptId = idOf(query.get('attempt'));
  const ours = campaignId !== null && recipientId !== null && attemptId !== null;
  if (!kind || !isSid(sid) || (!ours && kind !== 'undelivered')) return null;
  const code = /^\d{1,6}$/.exec((form.get('ErrorCode') ?? '').trim())?.[0] ?? null;
  const failure = kind === 'undelivered' ? twilioDeliveryFailure(Number(code)) : null;
  return {
    provider: 'twilio',
    eventId: `${sid}:${status}`,
    ...(ours ? { campaignId, recipientId, attemptId } : { campaignId: null, recipientId: null, attemptId: null }),
    messageIds: [sid],
    kind,
    delivery: kind === 'delivered' || kind === 'undelivered' ? kind : null,
    occurredAtMs: null,
    code,
    failureCode: failure?.failureCode ?? null,
    reason: failure?.reason ?? null,
    address: form.get('To'),
    suppress: failure?.failureCode === 'opted_out' ? 'stop' : null,
  };
}

/** A text message that a person sent to this sender. */
export interface InboundMessage {
  sid: string;
  /** Their number, in E.164. */
  from: string;
  /** Ours: a number, a short code or a name; null where it is not told. */
  to: string | null;
  wish: Wish;
  body: string;
}

/** Null for what is no text message of a phone number. */
export function twilioInbound(form: URLSearchParams): InboundMessage | null {
  const sid = (form.get('MessageSid') || form.get('SmsSid') || '').trim();
  const [, way, from] = /^(?:(rcs|whatsapp):)?(\+[1-9]\d{6,14})$/i.exec((form.get('From') ?? '').trim()) ?? [];
  if (!isSid(sid) || from === undefined) return null;
  const files = Number(form.get('NumMedia')) > 0 ? '(a picture or another file)' : '';
  const body = (form.get('Body') ?? '').replaceAll('\u0000', '').toWellFormed() || files;
  // Set where the account has its own keywords, in any language, and took it for one. What it took for help may still ask to stop.
  const type = (form.get('OptOutType') ?? '').trim().toLowerCase();
  const own = type === 'stop' || type === 'start' || type === 'help' ? type : null;
  const said = wishOf(body);
  const asked = own === 'help' && said === 'stop' ? 'stop' : (own ?? said);
  // Who leaves by another way of the same sender leaves; who comes back there has not come back to text messages.
  const wish = way?.toLowerCase() === 'whatsapp' && asked === 'start' ? null : asked;
  return { sid, from, to: form.get('To')?.trim().slice(0, 50) || null, wish, body: body.slice(0, 1_600) };
}

/** A person's answer that says whether they want messages from this sender. */
export interface OptMessage {
  sid: string;
  /** Their number, in E.164. */
  from: string;
  wants: 'stop' | 'start';
}

/** Null for any other message. */
export function twilioOptMessage(form: URLSearchParams): OptMessage | null {
  const message = twilioInbound(form);
  if (message?.wish !== 'stop' && message?.wish !== 'start') return null;
  return { sid: message.sid, from: message.from, wants: message.wish };
}
