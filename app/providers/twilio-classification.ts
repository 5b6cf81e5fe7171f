import { type Meaning, meaningOfStatus, statusRules } from './classification.ts';
import { twilioCodes } from './twilio-codes.ts';

const rules = statusRules('Twilio');

/**
 * What a refusal of `POST .../Messages.json` means. The HTTP status comes first, as Twilio advises: a server error stays one
 * whatever its code, and neither a 401 nor a 429 can become a verdict on the recipient. Status 2xx is not for here.
 */
export function classifyTwilio(status: number, code: number | null): Meaning {
  const byStatus = meaningOfStatus(rules, status);
  // A message may have gone out although Twilio failed to say so (error 20500).
  if (status >= 500) return { ...byStatus, lookUpFirst: true };
  const byCode = code === null ? undefined : twilioCodes[code];
  if (!byCode) return byStatus;
  if ((status === 401 || status === 429) && byCode.outcome === 'permanent') return byStatus;
  if (status === 401 && byCode.outcome !== 'account') return byStatus;
  return byCode;
}

/** Code and message of an error body, in Twilio's own shape or as RFC 9457 problem details, which both carry them. */
export function twilioError(body: string): { code: number | null; message: string | null } {
  try {
    const parsed = JSON.parse(body) as { code?: unknown; message?: unknown; detail?: unknown } | null;
    const code = Number(parsed?.code);
    const message = parsed?.message ?? parsed?.detail;
    return { code: Number.isInteger(code) && code > 0 ? code : null, message: typeof message === 'string' ? message : null };
  } catch {
    return { code: null, message: null };
  }
}
