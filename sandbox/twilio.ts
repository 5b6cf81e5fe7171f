import type { IncomingMessage } from 'node:http';
import { type Answer, json } from './http.ts';
import type { Ids } from './ledger.ts';
import { phoneScripts } from './scripts.ts';
import type { Dialect, Request } from './serve.ts';
import { type AcceptedCredentials, fateOf, idOf } from './state.ts';
import { messageResource } from './twilio-messages.ts';

const path = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages(?:\/([^/]+))?\.json$/;

/** Account and message of a Messages path, or null. */
export function messagesPath(pathname: string): { accountSid: string; messageSid: string | null } | null {
  const match = path.exec(pathname);
  return match ? { accountSid: match[1] as string, messageSid: match[2] ?? null } : null;
}

/** Of `GET Accounts/:sid.json`. */
export const accountPath = (pathname: string): string | null => /^\/2010-04-01\/Accounts\/([^/]+)\.json$/.exec(pathname)?.[1] ?? null;

export function twilioError(status: number, code: number, message: string, headers: Record<string, string> = {}): Answer {
  return json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, headers);
}

const authenticate = twilioError(401, 20003, 'Authenticate', { 'www-authenticate': 'Basic realm="Twilio API"' });

/** Account and token of the request where they are acceptable, else null. */
export function twilioCredentials(req: IncomingMessage, accepted: AcceptedCredentials): { accountSid: string; authToken: string } | null {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/.exec(req.headers.authorization ?? '') ?? [];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const accountSid = decoded.slice(0, decoded.indexOf(':'));
  const authToken = decoded.slice(accountSid.length + 1);
  if (!/^AC[0-9a-fA-F]{32}$/.test(accountSid) || authToken === '') return null;
  if (accepted.twilioAccountSid !== undefined && accepted.twilioAccountSid !== accountSid) return null;
  if (accepted.twilioAuthToken !== undefined && accepted.twilioAuthToken !== authToken) return null;
  return { accountSid, authToken };
}

/** Twilio's `POST Messages.json`, as its OpenAPI document and its documentation describe it. */
export const twilio: Dialect = {
  channel: 'sms',
  maxBodyBytes: 65_536,
  tooLarge: twilioError(413, 20413, 'Request entity too large'),
  badKey: authenticate,
  // Twilio stops an account without funds; the code that says so on the message itself is the daily limit's.
  outOfCredits: twilioError(429, 63038, 'The account exceeded its daily messages limit'),
  serverError: twilioError(500, 20500, 'Internal Server Error'),

  unauthorized(req, { credentials }) {
    const given = twilioCredentials(req, credentials);
    if (given === null) return authenticate;
    const { accountSid } = messagesPath(pathOf(req)) as { accountSid: string };
    return accountSid === given.accountSid ? null : twilioError(404, 20404, `The requested resource ${pathOf(req)} was not found`);
  },

  rateLimited(retryAfterS) {
    return twilioError(429, 20429, 'Too Many Requests', retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) });
  },

  read(req: IncomingMessage, body: string): Request | Answer {
    if (!/^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '')) {
      return twilioError(415, 20415, 'Unsupported Media Type');
    }
    const form = new URLSearchParams(body);
    return checkForm(form) ?? smsRequest(req, form);
  },
};

/** The first thing that Twilio would refuse, or null. */
function checkForm(form: URLSearchParams): Answer | null {
  const to = form.get('To') ?? '';
  const from = form.get('From');
  const callback = form.get('StatusCallback');
  if (to === '') return twilioError(400, 21604, "A 'To' phone number is required.");
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return twilioError(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  if (!from && !form.get('MessagingServiceSid')) return twilioError(400, 21603, "A 'From' phone number is required.");
  if (from && !/^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11})$/.test(from)) {
    return twilioError(400, 21212, `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`);
  }
  const service = form.get('MessagingServiceSid');
  if (service && !/^MG[0-9a-fA-F]{32}$/.test(service)) return twilioError(400, 21705, 'The Messaging Service is invalid');
  if (from === to) return twilioError(400, 21266, "'To' and 'From' number cannot be the same");
  if (from && /^\+?\d+$/.test(from) && !isOwnNumber(from)) {
    return twilioError(400, 21606, `The 'From' phone number ${from} is not a valid, message-capable Twilio phone number for this account.`);
  }
  const text = form.get('Body') ?? '';
  if (text === '' && !form.has('MediaUrl') && !form.has('ContentSid')) return twilioError(400, 21602, 'Message body is required.');
  if ([...text].length > 1600) return twilioError(400, 21617, 'The concatenated message body exceeds the 1600 character limit.');
  if (callback !== null && !URL.canParse(callback))
    return twilioError(400, 21609, `The StatusCallback URL ${callback} is not a valid URL.`);
  return null;
}

/** Like a real account the sandbox has numbers of its own: those that belong to nobody (555-01xx), and the magic one of test credentials. */
function isOwnNumber(from: string): boolean {
  return /^\+1\d{3}55501\d\d$/.test(from) || from === '+15005550006';
}

function smsRequest(req: IncomingMessage, form: URLSearchParams): Request {
  const to = form.get('To') as string;
  const callback = form.get('StatusCallback');
  const script = phoneScripts[to];
  const ids = callback === null ? noIds : idsOf(new URL(callback).searchParams);
  return {
    fate: (state, faults) => fateOf(state, faults, to, ids, script?.steps ?? null),
    invalid: () => twilioError(400, script?.code ?? 21211, refusalText(script?.code ?? 21211, to)),
    accept(state, faults) {
      const at = Date.now();
      const { accountSid, authToken } = twilioCredentials(req, state.credentials) as { accountSid: string; authToken: string };
      const arrived = state.ledger.accept({
        ...ids,
        channel: 'sms',
        at,
        to,
        from: form.get('From') ?? form.get('MessagingServiceSid') ?? '',
        content: { body: form.get('Body') ?? '', status_callback: callback },
        status: 'queued',
        errorCode: null,
      });
      const created = json(201, messageResource(arrived, accountSid, state.ledger.run));
      if (faults.events === 'on' && callback !== null) {
        const end = script?.callback ?? { status: 'delivered' as const, code: null };
        state.events.sms({ arrived, callback, accountSid, authToken, ...end, due: at + faults.events_delay_ms });
      }
      return created;
    },
  };
}

const noIds: Ids = { campaign: null, recipient: null, round: null, attempt: null };

function idsOf(query: URLSearchParams): Ids {
  return {
    campaign: idOf(query.get('campaign')),
    recipient: idOf(query.get('recipient')),
    round: idOf(query.get('round')),
    attempt: idOf(query.get('attempt')),
  };
}

function refusalText(code: number, to: string): string {
  const texts: Record<number, string> = {
    21211: `Invalid 'To' Phone Number: ${to}`,
    21408: `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}`,
    21610: 'Attempt to send to unsubscribed recipient',
    21612: `Message cannot be sent with the current combination of 'To' (${to}) and 'From' parameters`,
    21608: `The number ${to} is unverified. Trial accounts cannot send messages to unverified numbers`,
    21614: `'To' number: ${to}, is not a valid mobile number`,
  };
  return texts[code] ?? 'Message refused';
}

export function pathOf(req: IncomingMessage): string {
  return (req.url ?? '/').split('?', 1)[0] as string;
}
