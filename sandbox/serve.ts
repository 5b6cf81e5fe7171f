import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChannelFaults, Fate } from './faults.ts';
import { type Answer, answer, answerCut, readBody } from './http.ts';
import type { State } from './state.ts';

/** A provider's way of saying things. */
export interface Dialect {
  channel: 'email' | 'sms';
  maxBodyBytes: number;
  tooLarge: Answer;
  unauthorized(req: IncomingMessage, state: State): Answer | null;
  badKey: Answer;
  outOfCredits: Answer;
  rateLimited(retryAfterS: number | null): Answer;
  serverError: Answer;
  /** The request, checked; or the refusal that its shape deserves. */
  read(req: IncomingMessage, body: string): Request | Answer;
}

export interface Request {
  fate(state: State, faults: ChannelFaults): Fate;
  invalid(): Answer;
  /** Enters the message into the ledger, plans its events and says so. */
  accept(state: State, faults: ChannelFaults, fate: Fate): Answer;
}

/** Serves one send: account-level faults, credentials, shape, then the fate of the message. */
export async function serveSend(dialect: Dialect, state: State, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { ledger } = state;
  const faults = state.faults[dialect.channel];
  ledger.requests += 1;
  const body = await readBody(req, dialect.maxBodyBytes);
  if (faults.latency_ms > 0) await new Promise((resolve) => setTimeout(resolve, faults.latency_ms));

  const request = dialectRefusal(dialect, state, faults, req) ?? (body === null ? dialect.tooLarge : dialect.read(req, body));
  if ('status' in request) {
    ledger.refused += 1;
    answer(res, request);
    return;
  }
  carryOut(request, request.fate(state, faults), dialect, state, res);
}

function carryOut(request: Request, fate: Fate, dialect: Dialect, state: State, res: ServerResponse): void {
  const { ledger } = state;
  const faults = state.faults[dialect.channel];
  const refuse = (refusal: Answer) => {
    ledger.refused += 1;
    answer(res, refusal);
  };
  switch (fate) {
    case '429':
      refuse(dialect.rateLimited(faults.retry_after_s));
      break;
    case '500':
      refuse(dialect.serverError);
      break;
    case 'invalid':
      refuse(request.invalid());
      break;
    case 'blocked':
      refuse(page(403, 'Blocked by the firewall'));
      break;
    case 'reset':
      ledger.unanswered += 1;
      res.socket?.resetAndDestroy();
      break;
    case 'timeout':
      // Left open: the client's deadline, or the end of the sandbox, closes it.
      ledger.unanswered += 1;
      break;
    case 'timeout_accepted':
      request.accept(state, faults, fate);
      break;
    case 'cut':
      answerCut(res, request.accept(state, faults, fate));
      break;
    default:
      answer(res, request.accept(state, faults, fate));
  }
}

function dialectRefusal(dialect: Dialect, state: State, faults: ChannelFaults, req: IncomingMessage): Answer | null {
  if (faults.captive) return page(200, 'Sign in to the network');
  if (faults.down) return unavailable(faults.retry_after_s);
  if (faults.bad_key) return dialect.badKey;
  return dialect.unauthorized(req, state) ?? (faults.out_of_credits ? dialect.outOfCredits : null);
}

/** What somebody on the way says in the provider's place. */
function page(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: `<html><body><h1>${text}</h1></body></html>` };
}

function unavailable(retryAfterS: number | null): Answer {
  return {
    status: 503,
    headers: { 'content-type': 'text/html', ...(retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) }) },
    body: '<html><body><h1>503 Service Unavailable</h1></body></html>',
  };
}
