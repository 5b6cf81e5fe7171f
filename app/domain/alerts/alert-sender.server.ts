import { Webhook } from 'standardwebhooks';
import { createTransport } from '#app/providers/transport.server.ts';
import { endpointUrlError } from './endpoint-url.ts';
import type { UrlRules } from './endpoints.server.ts';
import { PRIVATE_ADDRESS, publicLookup } from './public-lookup.server.ts';

/** A whole exchange takes at most this long, connecting included. */
const DEADLINE_MS = 10_000;
/** Of an answer so much is read at most, and so much of it is kept. */
const MAX_ANSWER_BYTES = 65_536;
const KEPT_CHARACTERS = 1_000;

interface SignedMessage {
  url: string;
  /** Each gives a signature; receivers need to know one of them. */
  secrets: readonly string[];
  messageId: string;
  /** JSON. */
  body: string;
}

/** What became of a try; `error` is null exactly when the receiver took the message (2xx). */
export interface Posted {
  latencyMs: number;
  status: number | null;
  response: string | null;
  error: string | null;
}

export interface AlertSender {
  post(message: SignedMessage): Promise<Posted>;
  close(): Promise<void>;
}

/**
 * Posts signed messages as Standard Webhooks says (https://www.standardwebhooks.com): no redirects, a deadline, and only to public
 * addresses over https unless the rules allow others.
 */
export function createAlertSender({ webhookAllowPrivate }: UrlRules, deadlineMs = DEADLINE_MS): AlertSender {
  const transport = createTransport({
    timeoutMs: deadlineMs,
    connections: 4,
    maxBodyBytes: MAX_ANSWER_BYTES,
    ...(webhookAllowPrivate ? {} : { lookup: publicLookup }),
  });
  return {
    async post({ url, secrets, messageId, body }) {
      const refused = endpointUrlError(url, webhookAllowPrivate);
      if (refused) return { latencyMs: 0, status: null, response: null, error: refused };

      const now = new Date();
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Rollcall-Webhooks',
        'webhook-id': messageId,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(messageId, now, body)).join(' '),
      };
      const started = performance.now();
      const exchange = await transport.exchange({ method: 'POST', url, headers, body });
      const latencyMs = Math.round(performance.now() - started);
      if (exchange.kind !== 'answered') return { latencyMs, status: null, response: null, error: whyUnanswered(exchange, deadlineMs) };
      const { status } = exchange;
      return { latencyMs, status, response: excerpt(exchange.body), error: whyRefused(status) };
    },
    close: () => transport.close(),
  };
}

/** PostgreSQL's text cannot hold NUL. */
function excerpt(body: string): string {
  return Array.from(body.replaceAll('\0', '').slice(0, KEPT_CHARACTERS * 2))
    .slice(0, KEPT_CHARACTERS)
    .join('');
}

function whyRefused(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `The receiver answered with a redirect (${status}), which is not followed. Enter the final URL.`;
  return `The receiver answered with status ${status}.`;
}

function whyUnanswered({ cause, detail }: { cause: string; detail: string }, deadlineMs: number): string {
  if (cause === 'deadline') return `The receiver did not answer within ${deadlineMs / 1_000} seconds.`;
  if (detail.startsWith(PRIVATE_ADDRESS)) return 'The name leads to a private address. Alerts go to the public internet only.';
  if (detail.startsWith('ENOTFOUND') || detail.startsWith('EAI_AGAIN')) return 'The name of the receiver could not be found.';
  if (detail.startsWith('ECONNREFUSED')) return 'The receiver refused the connection.';
  if (/CERT|TLS|SSL|self.signed/i.test(detail)) return 'The certificate of the receiver is not trusted.';
  return 'The connection to the receiver failed.';
}
