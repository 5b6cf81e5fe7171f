import { type Meaning, meaningOfStatus, statusRules } from './classification.ts';

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
  meaning: Meaning;
}

const rules = statusRules('SendGrid');

/** The first that fits wins; where none does, the HTTP status decides. */
const refinements: Refinement[] = [
  {
    status: 400,
    field: /^personalizations\.\d+\.(to|cc|bcc)\b/,
    meaning: {
      outcome: 'permanent',
      failureCode: 'invalid_address',
      reason: 'SendGrid says that this is not a valid email address. Correct it in the contact list and send to it again.',
    },
  },
  {
    status: 400,
    field: /^personalizations\.\d+\b/,
    meaning: {
      outcome: 'permanent',
      failureCode: 'content_rejected',
      reason: 'SendGrid refused what was filled in for this recipient. Check the preview with their data.',
    },
  },
  {
    status: 401,
    message: /maximum credits exceeded/i,
    meaning: {
      outcome: 'account',
      failureCode: 'out_of_credits',
      reason: 'The SendGrid account has no credits left. Buy more or raise the plan at SendGrid, then retry.',
    },
  },
  {
    status: 401,
    message: /suspend|banned|not active|deactivated|disabled/i,
    meaning: {
      outcome: 'account',
      failureCode: 'account_suspended',
      reason: 'SendGrid suspended the account. Contact its support, then retry.',
    },
  },
  {
    status: 403,
    message: /verified sender|sender identity|from address|not verified/i,
    meaning: {
      outcome: 'account',
      failureCode: 'sender_not_verified',
      reason: 'SendGrid does not know this sender. Verify its address or domain under Sender Authentication at SendGrid, then retry.',
    },
  },
  {
    status: 403,
    message: /suspend|banned|not active|deactivated|disabled|under review/i,
    meaning: {
      outcome: 'account',
      failureCode: 'account_suspended',
      reason: 'SendGrid suspended the account. Contact its support, then retry.',
    },
  },
  {
    status: 413,
    meaning: {
      outcome: 'permanent',
      failureCode: 'content_rejected',
      reason: 'The message is too large for SendGrid. Shorten it, or link to images instead of embedding them.',
    },
  },
];

/** What a refusal of `POST /v3/mail/send` means: by HTTP status, refined by the errors of its body. Status 2xx is not for here. */
export function classifySendGrid(status: number, errors: readonly SendGridError[]): Meaning {
  const refined = refinements.find(
    (rule) =>
      rule.status === status &&
      ((!rule.message && !rule.field) ||
        errors.some(({ message, field }) => (rule.message ? rule.message.test(message ?? '') : rule.field?.test(field ?? '')))),
  );
  return refined?.meaning ?? meaningOfStatus(rules, status);
}

/** The `errors` of a body, or none where it is not what SendGrid's OpenAPI document promises. */
export function sendGridErrors(body: string): SendGridError[] {
  try {
    const { errors } = JSON.parse(body) as { errors?: unknown };
    return Array.isArray(errors) ? errors.filter((error) => typeof error === 'object' && error !== null) : [];
  } catch {
    return [];
  }
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
