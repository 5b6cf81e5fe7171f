/** Nobody waits longer than this for a provider, whatever it says. */
export const maxRetryAfterS = 900;

type Headers = Record<string, string | string[] | undefined>;

const httpDate = /^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/;

/**
 * Seconds (whole, 0 to 900) until the provider wants to be asked again, or null where it did not say so in a readable way.
 * `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3) goes before SendGrid's `X-RateLimit-Reset` in epoch seconds.
 * Points in time are measured against the answer's own `Date` where it has one, so that a wrong clock here does no harm.
 * @param headers names in lower case
 * @param now epoch milliseconds
 */
export function retryAfterSeconds(headers: Headers, now: number): number | null {
  const clock = instant(single(headers.date)) ?? now;
  return fromRetryAfter(single(headers['retry-after']), clock) ?? fromReset(single(headers['x-ratelimit-reset']), clock);
}

function fromRetryAfter(value: string | null, clock: number): number | null {
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return capped(Number(value));
  const at = instant(value);
  return at === null ? null : capped((at - clock) / 1000);
}

function fromReset(value: string | null, clock: number): number | null {
  if (value === null || !/^\d{9,11}(\.\d+)?$/.test(value)) return null;
  return capped(Number(value) - clock / 1000);
}

/** Date.parse alone takes almost anything ("-1", "5x") for a date, and reads the asctime form as local time. */
function instant(value: string | null): number | null {
  if (value === null || !httpDate.test(value)) return null;
  const at = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(at) ? null : at;
}

function capped(seconds: number): number {
  return Math.min(maxRetryAfterS, Math.max(0, Math.ceil(seconds)));
}

function single(value: string | string[] | undefined): string | null {
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined ? null : first.trim();
}
