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

/**
 * A status callback: its form and the ids in the query of the URL that we gave with the message. Null for what is not about a message of
 * ours, or tells nothing about delivery. Twilio sends no time with it.
 */
export function twilioStatus(form: URLSearchParams, query: URLSearchParams): ProviderEvent | null {
  const status = form.get('MessageStatus') ?? form.get('SmsStatus') ?? '';
  const sid = form.get('MessageSid') ?? form.get('SmsSid') ?? '';
  const kind = Object.hasOwn(kinds, status) ? kinds[status] : undefined;
  const campaignId = idOf(query.get('campaign'));
  const recipientId = idOf(query.get('recipient'));
  const attemptId = idOf(query.get('attempt'));
  if (!kind || !/^[A-Z]{2}[0-9a-fA-F]{32}$/.test(sid) || campaignId === null || recipientId === null || attemptId === null) return null;
  const code = /^\d{1,6}$/.exec(form.get('ErrorCode') ?? '')?.[0] ?? null;
  const failure = kind === 'undelivered' ? twilioDeliveryFailure(Number(code)) : null;
  return {
    provider: 'twilio',
    eventId: `${sid}:${status}`,
    campaignId,
    recipientId,
    attemptId,
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

/** A person's answer that says whether they want messages from this sender. */
export interface OptMessage {
  sid: string;
  /** Their number, in E.164. */
  from: string;
  wants: 'stop' | 'start';
}

// The words that Twilio itself obeys (twilio.com/docs, "Twilio support for opt-out keywords").
const stopWords = /^(STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT)$/;
const startWords = /^(START|YES|UNSTOP)$/;

/** Null for any other message: it is nobody's business here. */
export function twilioOptMessage(form: URLSearchParams): OptMessage | null {
  const sid = form.get('MessageSid') ?? '';
  const from = form.get('From') ?? '';
  if (!/^[A-Z]{2}[0-9a-fA-F]{32}$/.test(sid) || !/^\+[1-9]\d{6,14}$/.test(from)) return null;
  // Set where the account has its own keywords, in any language.
  const type = form.get('OptOutType') ?? (form.get('Body') ?? '').trim().toUpperCase();
  if (stopWords.test(type)) return { sid, from, wants: 'stop' };
  return startWords.test(type) ? { sid, from, wants: 'start' } : null;
}
