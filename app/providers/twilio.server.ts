import twilio from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { exchangeOfCall, follow } from './call.server.ts';
import { notBuilt } from './classification.ts';
import type { Exchange, OutgoingRequest } from './exchange.ts';
import type { OutgoingMessage, Provider, SendResult } from './provider.ts';
import { redact } from './redaction.ts';
import { notItsWord, refusedBy, refusedBySilence, withoutAnswer } from './refusal.server.ts';
import { createTransport, type Transport } from './transport.server.ts';
import { classifyTwilio, readTwilio } from './twilio-classification.ts';
import { jsonObject } from './whose-answer.ts';

export interface TwilioSettings {
  accountSid: string;
  authToken: string;
  baseUrl: string;
  /** Rollcall's own public origin, for status callbacks. */
  rollcallUrl: string;
  timeoutMs: number;
}

/** SMS through Twilio's Messages API: the real SDK builds the request, our transport carries it. */
export function createTwilio({ accountSid, authToken, baseUrl, rollcallUrl, timeoutMs }: TwilioSettings): Provider {
  const transport = createTransport({ timeoutMs });
  const client = twilio(accountSid, authToken, { httpClient: new TransportRequestClient(transport) });
  client.api.baseUrl = baseUrl;
  const secrets = [authToken, `${accountSid}:${authToken}`];
  const reportTo = statusCallbackBase(rollcallUrl, baseUrl);

  return {
    name: 'Twilio',
    async send(message, signal): Promise<SendResult> {
      const { exchange, error } = await follow(signal, () =>
        client.messages.create({
          to: message.to,
          ...(isMessagingService(message.from) ? { messagingServiceSid: message.from } : { from: message.from }),
          body: message.text ?? '',
          ...(reportTo === null ? {} : { statusCallback: `${reportTo}?${callbackQuery(message)}` }),
        }),
      );
      if (exchange === null) return withoutAnswer(notBuilt, redact(String(error), secrets));
      if (exchange.kind !== 'answered') return refusedBySilence('Twilio', exchange, secrets);
      const answer = readTwilio(exchange);
      if (answer.is === 'accepted')
        return { outcome: 'accepted', httpStatus: exchange.status, providerMessageId: answer.providerMessageId };
      if (answer.is !== 'refused') return notItsWord('Twilio', exchange, answer.is, secrets);
      const { code, message: words } = answer.reasons;
      return refusedBy('Twilio', exchange, classifyTwilio(exchange.status, code), {
        providerCode: code === null ? null : String(code),
        words,
        secrets,
      });
    },
    async find({ to, from, text }, sinceMs, signal) {
      // A messaging service sends from numbers of its own. A queued message has no date sent yet, so the list is not limited by it.
      const filter = isMessagingService(from) ? { to } : { to, from };
      let listed: MessageInstance[] = [];
      const { exchange, error } = await follow(signal, async () => {
        listed = await client.messages.list({ ...filter, limit: LISTED });
      });
      if (exchange?.kind !== 'answered') return null;
      const answer = readTwilio(exchange);
      if (answer.is === 'refused' && exchange.status < 500 && exchange.status !== 429 && exchange.complete) return [];
      // Only Twilio's own list can say that the message is not in it.
      if (exchange.status !== 200 || !Array.isArray(jsonObject(exchange.body)?.messages)) return null;
      if (error !== null) return null;
      return listed.filter(({ body, dateCreated }) => body === (text ?? '') && dateCreated.getTime() >= sinceMs).map(({ sid }) => sid);
    },
    close: () => transport.close(),
  };
}

/** Newest messages to one number that are looked through. */
const LISTED = 50;

function isMessagingService(sender: string): boolean {
  return /^MG[0-9a-fA-F]{32}$/.test(sender);
}

/** Where Twilio reports to, or null where it could not reach us anyway and would refuse the message for it (error 21609). */
function statusCallbackBase(rollcallUrl: string, twilioUrl: string): string | null {
  if (isLoopback(rollcallUrl) && !isLoopback(twilioUrl)) return null;
  return `${rollcallUrl.replace(/\/+$/, '')}/webhooks/twilio/status`;
}

function isLoopback(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}

function callbackQuery({ attemptId, recipientId, campaignId, round }: OutgoingMessage): string {
  return `attempt=${attemptId}&recipient=${recipientId}&campaign=${campaignId}&round=${round}`;
}

/** Twilio's HTTP seam. Its own client goes through axios and keeps the last request, credentials included, on the object. */
class TransportRequestClient extends RequestClient {
  #transport: Transport;

  constructor(transport: Transport) {
    super();
    this.#transport = transport;
  }

  override async request<TData>(options: RequestClient.RequestOptions<TData>) {
    return toTwilio<TData>(await exchangeOfCall(this.#transport, toRequest(options)));
  }
}

function toRequest<TData>(options: RequestClient.RequestOptions<TData>): OutgoingRequest {
  const query = formEncode(options.params ?? {});
  const credentials = Buffer.from(`${options.username}:${options.password}`).toString('base64');
  return {
    method: options.method.toUpperCase() === 'POST' ? 'POST' : 'GET',
    url: query === '' ? options.uri : `${options.uri}?${query}`,
    headers: { ...(options.headers as Record<string, string>), Authorization: `Basic ${credentials}` },
    ...(options.data ? { body: formEncode(options.data) } : {}),
  };
}

function toTwilio<TData>(exchange: Exchange) {
  if (exchange.kind !== 'answered') throw new Error('no answer');
  return { statusCode: exchange.status, body: exchange.body as TData, headers: exchange.headers };
}

function formEncode(values: object): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) form.append(name, String(one));
  }
  return form.toString();
}
