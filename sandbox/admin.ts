import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Faults, parseFaults } from './faults.ts';
import { type Answer, answer, json, readBody } from './http.ts';
import { messageSid, sendgridMessageId } from './ids.ts';
import type { Arrived, Doubled } from './ledger.ts';
import { addressScripts, phoneScripts } from './scripts.ts';
import type { State } from './state.ts';

export interface SandboxStats {
  /** requests = accepted (in calls) + refused + unanswered, but for calls under way and calls for several recipients. */
  requests: number;
  accepted: number;
  refused: number;
  unanswered: number;
  doubled: Doubled[];
  events: { posted: number; failed: number; dropped: number; waiting: number };
}

export interface SandboxMessage {
  cursor: number;
  channel: 'email' | 'sms';
  provider_message_id: string;
  accepted_at: string;
  to: string;
  from: string;
  campaign_id: number | null;
  recipient_id: number | null;
  round: number | null;
  attempt_id: number | null;
  status: string;
  content: Record<string, unknown> | null;
}

export interface MessageQuery {
  to?: string | undefined;
  cursor?: number | undefined;
  /** 1 to 1,000; 100 */
  limit?: number | undefined;
}

export interface SandboxMessagePage {
  data: SandboxMessage[];
  next_cursor: string | null;
}

/** The sandbox's own pages, `/sandbox/...`. */
export async function serveAdmin(state: State, webhookPublicKey: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://sandbox.test');
  answer(res, await adminAnswer(state, webhookPublicKey, `${req.method} ${url.pathname.replace(/\/$/, '')}`, url.searchParams, req));
}

async function adminAnswer(state: State, publicKey: string, call: string, query: URLSearchParams, req: IncomingMessage): Promise<Answer> {
  switch (call) {
    case 'GET /sandbox':
      return json(200, describeSandbox(state, publicKey));
    case 'GET /sandbox/faults':
      return json(200, state.faults);
    case 'PUT /sandbox/faults':
      return putFaults(state, await readBody(req, 65_536));
    case 'GET /sandbox/stats':
      return json(200, sandboxStats(state));
    case 'GET /sandbox/messages':
      return json(
        200,
        sandboxMessages(state, {
          to: query.get('to') ?? undefined,
          cursor: Number(query.get('cursor')) || 0,
          limit: Number(query.get('limit')) || undefined,
        }),
      );
    case 'DELETE /sandbox/messages':
      clearSandbox(state);
      return { status: 204 };
    default:
      return json(404, { error: 'The sandbox has no such page. GET /sandbox lists what it has.' });
  }
}

export function sandboxStats({ ledger, events }: State): SandboxStats {
  const { requests, accepted, refused, unanswered } = ledger;
  return { requests, accepted, refused, unanswered, doubled: ledger.doubled(), events: events.stats() };
}

export function sandboxMessages({ ledger }: State, { to, cursor, limit = 100 }: MessageQuery): SandboxMessagePage {
  const { messages, next } = ledger.list({ to, cursor: cursor ?? 0, limit: Math.min(1000, Math.max(1, limit)) });
  return { data: messages.map((one) => messageJson(one, ledger.run)), next_cursor: next === null ? null : String(next) };
}

export function clearSandbox(state: State): void {
  state.ledger.clear();
  state.asked.clear();
  state.events.clear();
}

function putFaults(state: State, body: string | null): Answer {
  let input: unknown;
  try {
    input = JSON.parse(body ?? '');
  } catch {
    return json(400, { error: 'The faults must be a JSON object.' });
  }
  try {
    const faults: Faults = parseFaults(input);
    state.faults = faults;
    return json(200, faults);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return json(400, {
      error: 'The faults were not changed.',
      errors: error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    });
  }
}

function messageJson(one: Arrived, run: string): SandboxMessage {
  return {
    cursor: one.n,
    channel: one.channel,
    provider_message_id: one.channel === 'email' ? sendgridMessageId(run, one.n) : messageSid(run, one.n),
    accepted_at: new Date(one.at).toISOString(),
    to: one.to,
    from: one.from,
    campaign_id: one.campaign,
    recipient_id: one.recipient,
    round: one.round,
    attempt_id: one.attempt,
    status: one.status,
    content: one.content,
  };
}

function describeSandbox({ faults }: State, publicKey: string) {
  return {
    about: 'A stand-in for SendGrid and Twilio. Nothing that arrives here leaves this machine.',
    webhook_public_key: publicKey,
    address_scripts: {
      about:
        'Before the @: ann+429x2@example.com is asked to slow down twice and then accepted. Counted per recipient and round; without xN always.',
      words: addressScripts,
    },
    phone_numbers: Object.fromEntries(Object.entries(phoneScripts).map(([number, { does }]) => [number, does])),
    pages: [
      'POST /v3/mail/send',
      'POST /2010-04-01/Accounts/:sid/Messages.json',
      'GET /2010-04-01/Accounts/:sid/Messages.json?To=&From=',
      'GET /2010-04-01/Accounts/:sid/Messages/:sid.json',
      'GET /sandbox/faults',
      'PUT /sandbox/faults',
      'GET /sandbox/messages?to=&cursor=&limit=',
      'DELETE /sandbox/messages',
      'GET /sandbox/stats',
    ],
    faults,
  };
}
