import { randomBytes } from 'node:crypto';
import { Client } from '@sendgrid/client';
import type { classes } from '@sendgrid/helpers';
import { MailService } from '@sendgrid/mail';
import { exchangeOfCall, follow } from './call.server.ts';
import { notBuilt } from './classification.ts';
import type { Provider, SendResult } from './provider.ts';
import { redact } from './redaction.ts';
import { notItsWord, refusedBy, refusedBySilence, withoutAnswer } from './refusal.server.ts';
import { classifySendGrid, errorsByRecipient, readSendGrid, type SendGridError } from './sendgrid-classification.ts';
import { sendGridMail, sharedSendGridMail } from './sendgrid-mail.server.ts';
import { createTransport, type Transport } from './transport.server.ts';

type ClientRequest = Parameters<Client['request']>[0];
type ClientResult = Awaited<ReturnType<Client['request']>>;
type SentMail = Parameters<MailService['send']>[0];

export interface SendGridSettings {
  apiKey: string;
  baseUrl: string;
  timeoutMs: number;
}

/** Email through SendGrid's v3 API: the real SDK builds the request, our transport carries it. */
export function createSendGrid({ apiKey, baseUrl, timeoutMs }: SendGridSettings): Provider {
  const transport = createTransport({ timeoutMs });
  const client = new TransportClient(transport);
  client.setApiKey(apiKey);
  // After setApiKey, which sets the base URL back to SendGrid's.
  client.setDefaultRequest('baseUrl', baseUrl.replace(/\/+$/, ''));
  const mail = new MailService();
  mail.setClient(client);
  const secrets = [apiKey];

  /** @returns what it means for the whole call and, where the refusal names recipients, for each of those by their place in it */
  async function post(
    built: classes.Mail,
    signal: AbortSignal | undefined,
  ): Promise<{ result: SendResult; refused: Map<number, SendResult> }> {
    const { exchange, error } = await follow(signal, () => mail.send(built as unknown as SentMail));
    const whole = (result: SendResult) => ({ result, refused: new Map<number, SendResult>() });
    if (exchange === null) return whole(withoutAnswer(notBuilt, redact(String(error), secrets)));
    if (exchange.kind !== 'answered') return whole(refusedBySilence('SendGrid', exchange, secrets));
    const answer = readSendGrid(exchange);
    if (answer.is === 'accepted')
      return whole({ outcome: 'accepted', httpStatus: exchange.status, providerMessageId: answer.providerMessageId });
    if (answer.is !== 'refused') return whole(notItsWord('SendGrid', exchange, answer.is, secrets));
    const meaningOf = (errors: SendGridError[]) =>
      refusedBy('SendGrid', exchange, classifySendGrid(exchange.status, errors), {
        providerCode: errors[0]?.field ?? null,
        words: errors[0]?.message ?? null,
        secrets,
      });
    const errors = answer.reasons;
    const refused = [...errorsByRecipient(errors)].map(([place, own]): [number, SendResult] => [place, meaningOf(own)]);
    return { result: meaningOf(errors), refused: new Map(refused) };
  }

  return {
    name: 'SendGrid',
    async send(message, signal) {
      return (await post(sendGridMail(message), signal)).result;
    },
    async sendTogether(messages, shared, signal) {
      const { mail: together, included } = sharedSendGridMail(messages, shared, randomBytes(6).toString('hex'));
      if (together === null) return messages.map(() => ({ outcome: 'not_sent', alone: true }));
      const { result, refused } = await post(together, signal);
      let place = 0;
      return included.map((part) => {
        if (!part) return { outcome: 'not_sent', alone: true };
        const own = refused.get(place++);
        if (result.outcome !== 'permanent') return result;
        // Nobody got it: those who are not to blame are sent to again, each alone where it does not say who is.
        return own ?? { outcome: 'not_sent', alone: refused.size === 0 };
      });
    },
    close: () => transport.close(),
  };
}

/**
 * The SDK's client on our transport. Its own follows redirects (a POST becomes a GET and looks accepted) and builds a RegExp from the
 * working directory's name, so that every error hangs in a folder called `a(b`.
 */
class TransportClient extends Client {
  #transport: Transport;

  constructor(transport: Transport) {
    super();
    this.#transport = transport;
  }

  override async request(data: ClientRequest): Promise<ClientResult> {
    const request = this.createRequest(data) as unknown as { baseURL: string; url: string; headers: Record<string, string>; data: unknown };
    const exchange = await exchangeOfCall(this.#transport, {
      method: 'POST',
      url: request.baseURL + request.url,
      headers: request.headers,
      body: JSON.stringify(request.data),
    });
    const statusCode = exchange.kind === 'answered' ? exchange.status : 0;
    return [{ statusCode, body: {}, headers: {} }, {}] as ClientResult;
  }
}
