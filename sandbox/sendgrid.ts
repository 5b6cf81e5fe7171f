import type { IncomingMessage } from 'node:http';
import { type Answer, json } from './http.ts';
import { sendgridMessageId } from './ids.ts';
import type { Arrived, Ids } from './ledger.ts';
import { emailScript } from './scripts.ts';
import { checkMail, type Mail, type Personalization } from './sendgrid-checks.ts';
import type { Dialect, Request } from './serve.ts';
import { fateOf, idOf } from './state.ts';

export function sendgridErrors(status: number, message: string, field: string | null = null, headers: Record<string, string> = {}): Answer {
  return json(status, { errors: [{ message, field }] }, headers);
}

/** SendGrid's v3 mail/send, as its OpenAPI document and its documentation describe it. */
export const sendgrid: Dialect = {
  channel: 'email',
  // 30 MB is SendGrid's limit for a whole message with its attachments.
  maxBodyBytes: 31_457_280,
  tooLarge: sendgridErrors(413, 'The JSON payload you have included in your request is too large.'),
  badKey: sendgridErrors(401, 'The provided authorization grant is invalid, expired, or revoked'),
  outOfCredits: sendgridErrors(401, 'Maximum credits exceeded'),
  serverError: sendgridErrors(500, 'Internal server error'),

  unauthorized(req, { credentials }) {
    const key = /^Bearer (SG\.\S+)$/.exec(req.headers.authorization ?? '')?.[1];
    if (key !== undefined && (credentials.sendgridApiKey === undefined || credentials.sendgridApiKey === key)) return null;
    return sendgridErrors(401, 'The provided authorization grant is invalid, expired, or revoked');
  },

  rateLimited(retryAfterS) {
    const headers: Record<string, string> = { 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '0' };
    if (retryAfterS !== null) {
      headers['retry-after'] = String(retryAfterS);
      headers['x-ratelimit-reset'] = String(Math.ceil(Date.now() / 1000) + retryAfterS);
    }
    return sendgridErrors(429, 'too many requests', null, headers);
  },

  read(req: IncomingMessage, body: string): Request | Answer {
    if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) {
      return sendgridErrors(415, 'Content-Type should be application/json.');
    }
    let mail: unknown;
    try {
      mail = JSON.parse(body);
    } catch {
      return sendgridErrors(400, 'Bad Request');
    }
    const problem = checkMail(mail);
    return problem ? sendgridErrors(400, problem.message, problem.field) : mailRequest(mail as Mail);
  },
};

/** A call may carry up to 1,000 personalizations; one bad address refuses all of them, so the first scripted one decides. */
function mailRequest(mail: Mail): Request {
  const scripted = mail.personalizations.findIndex(({ to }) => to.some(({ email }) => emailScript(email)));
  const deciding = Math.max(0, scripted);
  const decidingTo = addressOf(mail.personalizations[deciding] as Personalization);
  return {
    fate: (state, faults) =>
      fateOf(state, faults, decidingTo, idsOf(mail.personalizations[deciding] as Personalization), emailScript(decidingTo)),
    invalid: () => sendgridErrors(400, 'Does not contain a valid address.', `personalizations.${deciding}.to.0.email`),
    accept(state, faults, fate) {
      const at = Date.now();
      let last: Arrived | null = null;
      for (const personalization of mail.personalizations) {
        last = state.ledger.accept({
          ...idsOf(personalization),
          channel: 'email',
          at,
          to: addressOf(personalization),
          from: mail.from.email,
          content: contentOf(mail, personalization),
          status: 'queued',
          errorCode: null,
        });
        if (faults.events === 'on')
          state.events.email(last, personalization.custom_args ?? {}, fate === 'bounce', at + faults.events_delay_ms);
      }
      return { status: 202, headers: { 'x-message-id': sendgridMessageId(state.ledger.run, last?.n ?? 0) } };
    },
  };
}

function addressOf({ to }: Personalization): string {
  return to[0]?.email ?? '';
}

function idsOf({ custom_args: args = {} }: Personalization): Ids {
  return {
    campaign: idOf(args.rollcall_campaign),
    recipient: idOf(args.rollcall_recipient),
    round: idOf(args.rollcall_round),
    attempt: idOf(args.rollcall_attempt),
  };
}

function contentOf(mail: Mail, personalization: Personalization): Record<string, unknown> {
  const part = (type: string) => fill(mail.content?.find((one) => one.type === type)?.value ?? null, personalization);
  return {
    from_name: mail.from.name ?? null,
    subject: fill(personalization.subject ?? mail.subject ?? null, personalization),
    text: part('text/plain'),
    html: part('text/html'),
    headers: personalization.headers ?? {},
    custom_args: personalization.custom_args ?? {},
  };
}

/** SendGrid puts each substitution's value where its tag stands, in the subject as in the content. */
function fill(text: string | null, { substitutions = {} }: Personalization): string | null {
  return Object.entries(substitutions).reduce((filled, [tag, value]) => filled?.replaceAll(tag, () => value) ?? null, text);
}
