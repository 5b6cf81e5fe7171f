import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  clearSandbox,
  type MessageQuery,
  type SandboxMessagePage,
  type SandboxStats,
  sandboxMessages,
  sandboxStats,
  serveAdmin,
} from './admin.ts';
import { deriveWebhookKeys, readWebhookKeys } from './credentials.ts';
import { EventPoster } from './events.ts';
import { type Faults, type FaultsInput, parseFaults, seededRandom } from './faults.ts';
import { type Answer, answer, json } from './http.ts';
import { Ledger } from './ledger.ts';
import { sendgrid, sendgridErrors } from './sendgrid.ts';
import { serveSend } from './serve.ts';
import type { AcceptedCredentials, State } from './state.ts';
import { accountPath, messagesPath, pathOf, twilio, twilioCredentials, twilioError } from './twilio.ts';
import { fetchMessage, listMessages } from './twilio-messages.ts';

export interface SandboxOptions {
  /** 0 picks a free one. */
  port?: number;
  /** Rollcall's origin, for events; none are posted without it. */
  baseUrl?: string | null;
  faults?: FaultsInput;
  /** For the rates: the same seed draws the same fates in the same order. */
  seed?: number;
  /** Only these are accepted; by default any of the right form. */
  credentials?: AcceptedCredentials;
  /** P-256, PEM or DER (PKCS #8) in Base64; by default one derived from a published secret. */
  webhookPrivateKey?: string | undefined;
}

export interface Sandbox {
  url: string;
  port: number;
  webhookPublicKey: string;
  setFaults(faults: FaultsInput): Faults;
  stats(): SandboxStats;
  messages(query?: MessageQuery): SandboxMessagePage;
  clear(): void;
  /** Drops every connection, those of hanging requests too. */
  stop(): Promise<void>;
}

/** The provider sandbox in this process, on loopback only. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const keys = options.webhookPrivateKey ? readWebhookKeys(options.webhookPrivateKey) : deriveWebhookKeys('published');
  const ledger = new Ledger();
  const state: State = {
    faults: parseFaults(options.faults ?? {}),
    ledger,
    events: new EventPoster(options.baseUrl ?? null, keys, ledger.run),
    random: seededRandom(options.seed ?? 1),
    credentials: options.credentials ?? {},
    asked: new Map(),
  };
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0, connectionsCheckingInterval: 60_000 }, (req, res) => {
    route(state, keys.publicKey, req, res).catch(() => res.destroy());
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    webhookPublicKey: keys.publicKey,
    setFaults(faults) {
      state.faults = parseFaults(faults);
      return state.faults;
    },
    stats: () => sandboxStats(state),
    messages: (query = {}) => sandboxMessages(state, query),
    clear: () => clearSandbox(state),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, state.events.close()]);
    },
  };
}

async function route(state: State, publicKey: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const path = pathOf(req);
  const isPost = req.method === 'POST';
  if (path === '/v3/mail/send' && isPost) return serveSend(sendgrid, state, req, res);
  if (path === '/v3/scopes' && req.method === 'GET') return answer(res, scopes(state, req));
  const account = accountPath(path);
  if (account && req.method === 'GET') return answer(res, fetchAccount(state, account, req));
  const messages = messagesPath(path);
  if (messages?.messageSid === null && isPost) return serveSend(twilio, state, req, res);
  if (path === '/sandbox' || path.startsWith('/sandbox/')) {
    // A page of a stranger's site cannot reach this through a name that it points at 127.0.0.1.
    if (/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(req.headers.host ?? '')) return serveAdmin(state, publicKey, req, res);
    answer(res, json(403, { error: 'The sandbox answers to localhost and 127.0.0.1 only.' }));
    return;
  }
  answer(res, messages ? lookUp(state, messages, req) : noSuchCall(path));
}

function lookUp(state: State, path: { accountSid: string; messageSid: string | null }, req: IncomingMessage): Answer {
  if (req.method !== 'GET') return twilioError(405, 20004, 'Method not allowed');
  if (state.faults.sms.down) return { status: 503 };
  const given = state.faults.sms.bad_key ? null : twilioCredentials(req, state.credentials);
  if (given === null) return twilio.badKey;
  const { pathname, searchParams } = new URL(req.url ?? '/', 'http://sandbox.test');
  if (given.accountSid !== path.accountSid) return notFound(pathname);
  if (path.messageSid === null) return listMessages(state.ledger, path.accountSid, searchParams);
  return fetchMessage(state.ledger, path.accountSid, path.messageSid) ?? notFound(pathname);
}

/** What SendGrid lets a key do: here, to send. */
function scopes(state: State, req: IncomingMessage): Answer {
  if (state.faults.email.down) return { status: 503 };
  const refusal = state.faults.email.bad_key ? sendgrid.badKey : sendgrid.unauthorized(req, state);
  return refusal ?? json(200, { scopes: ['mail.send', '2fa_required', 'sender_verification_eligible'] });
}

/** Twilio's account itself, whose answer holds the account's own token. */
function fetchAccount(state: State, sid: string, req: IncomingMessage): Answer {
  if (state.faults.sms.down) return { status: 503 };
  const given = state.faults.sms.bad_key ? null : twilioCredentials(req, state.credentials);
  if (given === null) return twilio.badKey;
  if (given.accountSid !== sid) return notFound(pathOf(req));
  return json(200, { sid, friendly_name: 'Sandbox', status: 'active', type: 'Full', auth_token: given.authToken });
}

function noSuchCall(path: string): Answer {
  if (path === '/v3/mail/send') return sendgridErrors(405, 'method not allowed', null, { allow: 'POST' });
  return path.startsWith('/2010-04-01/') ? notFound(path) : sendgridErrors(404, 'not found');
}

function notFound(path: string) {
  return twilioError(404, 20404, `The requested resource ${path} was not found`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
