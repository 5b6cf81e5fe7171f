import { randomUUID } from 'node:crypto';
import type { WebhookKeys } from './credentials.ts';
import { messageSid, sendgridMessageId } from './ids.ts';
import type { Arrived, SmsStatus } from './ledger.ts';
import { Poster } from './poster.ts';
import { BoundedQueue } from './queue.ts';
import { signSendgrid, signTwilio } from './signing.ts';

interface EmailEvent {
  arrived: Arrived;
  customArgs: Record<string, string>;
  bounced: boolean;
  due: number;
}

interface SmsEvent {
  arrived: Arrived;
  callback: string;
  accountSid: string;
  authToken: string;
  status: SmsStatus;
  code: number | null;
  due: number;
}

const queueLimit = 100_000;
const messagesPerPost = 500;
const emailPostsAtOnce = 4;
const smsPostsAtOnce = 16;
const tickMs = 25;

/**
 * Tells Rollcall what became of accepted messages, signed as the providers do: SendGrid in batches, Twilio one by one. Runs beside the
 * sending and never holds it up: what does not fit the queue, because the receiver is away, is dropped and counted.
 */
export class EventPoster {
  #email = new BoundedQueue<EmailEvent>(queueLimit);
  #sms = new BoundedQueue<SmsEvent>(queueLimit);
  #emailPoster = new Poster();
  #smsPoster = new Poster();
  #timer: NodeJS.Timeout;
  #baseUrl: string | null;
  #keys: WebhookKeys;
  #run: string;

  /** @param baseUrl Rollcall's origin; null posts nothing */
  constructor(baseUrl: string | null, keys: WebhookKeys, run: string) {
    this.#baseUrl = baseUrl?.replace(/\/+$/, '') ?? null;
    this.#keys = keys;
    this.#run = run;
    this.#timer = setInterval(() => this.#tick(), tickMs).unref();
  }

  email(arrived: Arrived, customArgs: Record<string, string>, bounced: boolean, due: number): void {
    if (this.#baseUrl !== null) this.#email.push({ arrived, customArgs, bounced, due });
  }

  /** As Twilio, to the URL that the message named; but never anywhere else than to Rollcall. */
  sms(event: SmsEvent): void {
    if (this.#baseUrl !== null && event.callback.startsWith(`${this.#baseUrl}/`)) this.#sms.push(event);
  }

  /** `waiting` includes posts that are under way. */
  stats() {
    const posters = [this.#emailPoster, this.#smsPoster];
    const sum = (of: (poster: Poster) => number) => posters.reduce((total, poster) => total + of(poster), 0);
    return {
      posted: sum(({ stats }) => stats.posted),
      failed: sum(({ stats }) => stats.failed),
      dropped: this.#email.dropped + this.#sms.dropped,
      waiting: this.#email.length + this.#sms.length + sum(({ inFlight }) => inFlight),
    };
  }

  clear(): void {
    this.#email.clear();
    this.#sms.clear();
    for (const poster of [this.#emailPoster, this.#smsPoster]) poster.stats = { posted: 0, failed: 0 };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([this.#emailPoster.close(), this.#smsPoster.close()]);
  }

  #tick(): void {
    const now = Date.now();
    const due = (event: { due: number }) => event.due <= now;
    while (this.#emailPoster.inFlight < emailPostsAtOnce) {
      const batch = this.#email.take(messagesPerPost, due);
      if (batch.length === 0) break;
      void this.#postEmail(batch);
    }
    for (const event of this.#sms.take(smsPostsAtOnce - this.#smsPoster.inFlight, due)) void this.#postSms(event);
  }

  async #postEmail(batch: EmailEvent[]): Promise<void> {
    const body = JSON.stringify(batch.flatMap((event) => emailEvents(event, this.#run)));
    const timestamp = String(Math.floor(Date.now() / 1000));
    await this.#emailPoster.post({
      url: `${this.#baseUrl}/webhooks/sendgrid`,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-twilio-email-event-webhook-timestamp': timestamp,
        'x-twilio-email-event-webhook-signature': signSendgrid(this.#keys.privateKey, timestamp, body),
      },
      body,
    });
  }

  async #postSms(event: SmsEvent): Promise<void> {
    for (const status of ['sent', event.status] as const) {
      event.arrived.status = status;
      event.arrived.errorCode = status === event.status ? event.code : null;
      if (!(await this.#smsPoster.post(callbackPost(event, status, this.#run)))) return;
    }
  }
}

function emailEvents({ arrived, customArgs, bounced }: EmailEvent, run: string) {
  const id = sendgridMessageId(run, arrived.n);
  const event = (name: string, more: Record<string, unknown>) => ({
    email: arrived.to,
    timestamp: Math.floor(Date.now() / 1000),
    'smtp-id': `<${id}@sandbox.test>`,
    event: name,
    sg_event_id: randomUUID(),
    sg_message_id: `${id}.recvd-sandbox-0`,
    ...more,
    ...customArgs,
  });
  const end = bounced
    ? event('bounce', {
        type: 'bounce',
        status: '5.1.1',
        reason: '550 5.1.1 The mailbox does not exist',
        bounce_classification: 'Invalid Address',
      })
    : event('delivered', { response: '250 OK' });
  return [event('processed', {}), end];
}

function callbackPost({ arrived, callback, accountSid, authToken, status: end, code }: SmsEvent, status: SmsStatus, run: string) {
  const sid = messageSid(run, arrived.n);
  const parameters: Record<string, string> = {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    From: arrived.from,
    MessageSid: sid,
    MessageStatus: status,
    SmsSid: sid,
    SmsStatus: status,
    To: arrived.to,
    ...(status === end && code !== null ? { ErrorCode: String(code) } : {}),
  };
  return {
    url: callback,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': signTwilio(authToken, callback, parameters),
    },
    body: new URLSearchParams(parameters).toString(),
  };
}
