import { type Meaning, meaningOfStatus, statusRules } from './classification.ts';
import type { Answered } from './exchange.ts';
import { type Answer, isPage, jsonObject, speaksForItself } from './whose-answer.ts';

/** One of the `errors` of a SendGrid v3 answer. */
export interface SendGridError {
  message?: string | null;
  field?: string | null;
}

interface Refinement {
  status: number;
  /** Looked for in the message, in any letter case. SendGrid has no error codes. */
  message?: RegExp;
  field?: RegExp;
  /** Only of an error that is about no field but the sender. */
  nothingElse?: boolean;
  meaning: Meaning;
}

const rules = statusRules('SendGrid');

const suspended: Meaning = {
  outcome: 'account',
  failureCode: 'account_suspended',
  reason: 'SendGrid suspended the account, or has not opened it for sending yet. Contact its support, then retry.',
};
const noCredits: Meaning = {
  outcome: 'account',
  failureCode: 'out_of_credits',
  reason: 'The SendGrid account has no credits left. Buy more or raise the plan at SendGrid, then retry.',
};
const trialOver: Meaning = {
  outcome: 'account',
  failureCode: 'trial_account',
  reason: 'The SendGrid trial is over or does not allow this. Upgrade the account at SendGrid, then retry.',
};
const sender: Meaning = {
  outcome: 'account',
  failureCode: 'sender_not_verified',
  reason: 'SendGrid does not know this sender. Verify its address or domain under Sender Authentication at SendGrid, then retry.',
};
const wrongSender: Meaning = {
  outcome: 'account',
  failureCode: 'configuration',
  reason: 'SendGrid does not take this sender address. Correct EMAIL_FROM or the sender of the campaign, then retry.',
};
const unknownServer: Meaning = {
  outcome: 'account',
  failureCode: 'configuration',
  reason: 'SendGrid takes nothing from the network address of this server. Allow it under IP Access Management at SendGrid, then retry.',
};

/** Of 401 and 403 alike: which of the two comes with which words has changed over the years. */
const aboutAccount: [RegExp, Meaning][] = [
  [
    /maximum credits|credits? (limit|exceeded)|exceeded (your|the) ([a-z]+ ){0,3}(limits?|quota)|(plan|daily|monthly|sending|messaging|email) ([a-z]+ )?(limit|quota)|out of credits|billing|payment/i,
    noCredits,
  ],
  [/trial/i, trialOver],
  [/\bip\b.*(whitelist|allow|access|permitted)|(whitelist|not allowed|unauthorized).*\bip\b/i, unknownServer],
  [
    /verified sender|sender identity|from address|not verified|unverified|sender authentication|send from this (domain|address|sender)/i,
    sender,
  ],
  [
    /suspend|banned|not active|inactive|deactivat|disabled|frozen|terminat|under review|not (authorized|permitted|provisioned) to send/i,
    suspended,
  ],
];

/** The first that fits wins; where none does, the HTTP status decides. */
const refinements: Refinement[] = [
  // The account's troubles come with 400, too, and then name no part of the message but the sender.
  ...aboutAccount.map(([message, meaning]) => ({ status: 400, message, nothingElse: true, meaning })),
  {
    status: 400,
    field: /^personalizations\.\d+\.(to|cc|bcc)\b/,
    meaning: {
      outcome: 'permanent',
      failureCode: 'invalid_address',
      reason: 'SendGrid says that this is not a valid email address. Correct it in the contact list and send to it again.',
    },
  },
  { status: 400, field: /^(personalizations\.\d+\.)?(from|reply_to)\b/, meaning: wrongSender },
  {
    status: 400,
    field: /^personalizations\.\d+\b/,
    meaning: {
      outcome: 'permanent',
      failureCode: 'content_rejected',
      reason: 'SendGrid refused what was filled in for this recipient. Check the preview with their data.',
    },
  },
  ...[401, 403].flatMap((status) => aboutAccount.map(([message, meaning]) => ({ status, message, meaning }))),
  {
    status: 413,
    meaning: {
      outcome: 'permanent',
      failureCode: 'content_rejected',
      reason: 'The message is too large for SendGrid. Shorten it, or link to images instead of embedding them.',
    },
  },
];

/** Of a message: longer ones are not SendGrid's, and the patterns would take their time over them. */
const MOST_READ = 1_000;

/** What a refusal of `POST /v3/mail/send` means: by HTTP status, refined by the errors of its body. Status 2xx is not for here. */
export function classifySendGrid(status: number, errors: readonly SendGridError[]): Meaning {
  const refined = refinements.find(
    (rule) =>
      rule.status === status &&
      ((!rule.message && !rule.field) ||
        errors.some(({ message, field }) =>
          rule.message
            ? rule.message.test((message ?? '').slice(0, MOST_READ)) && (!rule.nothingElse || /^(?:from\b.*)?$/.test(field ?? ''))
            : rule.field?.test(field ?? ''),
        )),
  );
  return refined?.meaning ?? meaningOfStatus(rules, status);
}

/** What SendGrid documents: 202 with the message's id in a header and no body; a refusal is JSON with `errors`. */
export function readSendGrid(answer: Answered): Answer<SendGridError[]> {
  const { status, headers, body, complete } = answer;
  const id = headers['x-message-id'];
  const marked = typeof id === 'string' && id.trim() !== '';
  // No page has SendGrid's mark: somebody changed the answer on its way.
  if (isPage(answer) && !speaksForItself(status)) return { is: marked && status < 300 ? 'unclear' : 'foreign' };
  if (status === 202 && marked) return { is: 'accepted', providerMessageId: id.trim() };
  if (status >= 200 && status < 300 && (marked || (status === 202 && !complete))) return { is: 'unclear' };
  if (speaksForItself(status)) return { is: 'refused', reasons: sendGridErrors(body) ?? [] };
  if (status < 400 || status === 407 || status === 511) return { is: 'foreign' };
  const errors = sendGridErrors(body) ?? (complete ? null : []);
  return errors === null ? { is: 'foreign' } : { is: 'refused', reasons: errors };
}

/**
 * The `errors` of a body; null where it is not what SendGrid's OpenAPI document promises: each with a message and the field, none with a code
 * as other programs' have it.
 */
export function sendGridErrors(body: string): SendGridError[] | null {
  const said = jsonObject(body);
  if (!Array.isArray(said?.errors) || said.errors.length === 0 || 'success' in said) return null;
  return said.errors.every(isSendGridError) ? said.errors : null;
}

function isSendGridError(error: unknown): error is SendGridError {
  if (typeof error !== 'object' || error === null || 'code' in error) return false;
  const { message, field } = error as SendGridError;
  const text = (value: unknown) => value === undefined || value === null || typeof value === 'string';
  return text(message) && text(field) && (message ?? field ?? null) !== null;
}

/** The errors that concern one recipient of a call for several, by that recipient's place in it. */
export function errorsByRecipient(errors: readonly SendGridError[]): Map<number, SendGridError[]> {
  const found = new Map<number, SendGridError[]>();
  for (const error of errors) {
    const place = /^personalizations\.(\d+)\./.exec(error.field ?? '')?.[1];
    if (place !== undefined) found.set(Number(place), [...(found.get(Number(place)) ?? []), error]);
  }
  return found;
}
