import { Client } from '@sendgrid/client';
import { MailService } from '@sendgrid/mail';
import { exchangeOfCall, follow } from './call.server.ts';
import { notBuilt } from './classification.ts';
import type { Provider, SendResult } from './provider.ts';
import { redact } from './redaction.ts';
import { refusedBy, refusedBySilence, withoutAnswer } from './refusal.server.ts';
import { classifySendGrid, sendGridErrors } from './sendgrid-classification.ts';
import { sendGridMail } from './sendgrid-mail.ts';
import { createTransport, type Transport } from './transport.server.ts';

type ClientRequest = Parameters<Client['request']>[0];
type ClientResult = Awaited<ReturnType<Client['request']>>;

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

  return {
    name: 'SendGrid',
    async send(message, signal): Promise<SendResult> {
      const { exchange, error } = await follow(signal, () => mail.send(sendGridMail(message)));
      if (exchange === null) return withoutAnswer(notBuilt, redact(String(error), secrets));
      if (exchange.kind !== 'answered') return refusedBySilence('SendGrid', exchange, secrets);
      if (exchange.status >= 200 && exchange.status < 300) {
        const id = exchange.headers['x-message-id'];
        return { outcome: 'accepted', httpStatus: exchange.status, providerMessageId: typeof id === 'string' ? id : null };
      }
      const errors = sendGridErrors(exchange.body);
      return refusedBy('SendGrid', exchange, classifySendGrid(exchange.status, errors), {
        providerCode: errors[0]?.field ?? null,
        words: errors[0]?.message ?? null,
        secrets,
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
