import { type Meaning, meaningOfStatus, statusRules } from './classification.ts';
import type { Answered } from './exchange.ts';
import { twilioMeaning } from './twilio-codes.ts';
import { type Answer, isPage, jsonObject, speaksForItself } from './whose-answer.ts';

const rules = statusRules('Twilio');

/**
 * What a refusal of `POST .../Messages.json` means. The HTTP status comes first, as Twilio advises: a server error stays one
 * whatever its code, and neither a 401 nor a 429 can become a verdict on the recipient. Status 2xx is not for here.
 */
export function classifyTwilio(status: number, code: number | null): Meaning {
  const byStatus = meaningOfStatus(rules, status === 201 ? 400 : status);
  // A message may have gone out although Twilio failed to say so (error 20500).
  if (status >= 500) return { ...byStatus, lookUpFirst: true };
  const byCode = code === null ? undefined : twilioMeaning(code);
  if (!byCode) return byStatus;
  if ((status === 401 || status === 429) && byCode.outcome === 'permanent') return byStatus;
  if (status === 401 && byCode.outcome !== 'account') return byStatus;
  return byCode;
}

/** What Twilio documents: 201 with the message in JSON, its `sid` among the rest; a refusal is JSON with a `code`. */
export function readTwilio(answer: Answered): Answer<TwilioError> {
  const { status, body, complete } = answer;
  if (isPage(answer) && !speaksForItself(status)) return { is: 'foreign' };
  const sid = complete ? sidOf(jsonObject(body)?.sid) : sidOf(/^\s*\{.*?"sid"\s*:\s*"([^"]*)"/s.exec(body)?.[1]);
  // Account and time stand before the message's id, so an answer cut in the middle is still Twilio's.
  const begun = status === 201 && !complete && /^\s*\{.*?"account_sid"\s*:\s*"AC/s.test(body);
  const failed = complete && status === 201 && sid !== null ? failedAtOnce(body) : null;
  if (failed) return { is: 'refused', reasons: failed };
  if (status === 201 && (sid !== null || begun)) return { is: 'accepted', providerMessageId: sid };
  if (status >= 200 && status < 300 && (sid !== null || (status === 201 && !complete))) return { is: 'unclear' };
  const error = twilioError(body);
  if (speaksForItself(status)) return { is: 'refused', reasons: error };
  if (status < 400 || status === 407 || status === 511) return { is: 'foreign' };
  return error.code === null && complete ? { is: 'foreign' } : { is: 'refused', reasons: error };
}

function sidOf(value: unknown): string | null {
  return typeof value === 'string' && /^(SM|MM)[0-9a-zA-Z]{1,64}$/.test(value) ? value : null;
}

/** Twilio made the message and gave it up in the same moment: why, as in a refusal. */
function failedAtOnce(body: string): TwilioError | null {
  const { status, error_code: code, error_message: message } = jsonObject(body) ?? {};
  if ((status !== 'failed' && status !== 'undelivered') || !isCode(Number(code))) return null;
  return { code: Number(code), message: typeof message === 'string' ? message : null };
}

/** Twilio's codes have five figures or more; those of other programs, such as 403 and 1020, have fewer. */
const isCode = (code: number) => Number.isInteger(code) && code >= 10_000;

export interface TwilioError {
  code: number | null;
  message: string | null;
}

/** Code and message of an error body, in Twilio's own shape or as RFC 9457 problem details, which both carry them. */
export function twilioError(body: string): TwilioError {
  const parsed = jsonObject(body);
  const code = typeof parsed?.code === 'number' || typeof parsed?.code === 'string' ? Number(parsed.code) : Number.NaN;
  const message = parsed?.message ?? parsed?.detail;
  return { code: isCode(code) ? code : null, message: typeof message === 'string' ? message : null };
}
