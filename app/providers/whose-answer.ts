import type { Meaning } from './classification.ts';
import type { Answered } from './exchange.ts';

/**
 * What an answer is, before what it means. Only what a provider documents is its word: `accepted`, or `refused` with its reasons. `foreign`:
 * somebody on the way spoke in its place (a proxy, a firewall, the sign-in page of a network), so nothing was sent. `unclear`: the beginning
 * of an acceptance, or the mark of one where none is documented; the message may exist.
 */
export type Answer<Reasons> =
  | { is: 'accepted'; providerMessageId: string | null }
  | { is: 'refused'; reasons: Reasons }
  | { is: 'foreign' }
  | { is: 'unclear' };

/** Statuses that mean the same whoever says them: too large, too slow, too many, or out of order. */
export function speaksForItself(status: number): boolean {
  return status === 408 || status === 413 || status === 429 || (status >= 500 && status !== 511);
}

/** Something made for browsers, which no provider's API answers. */
export function isPage({ headers, body }: Answered): boolean {
  const type = headers['content-type'];
  return /html|javascript|css|image\//i.test(String(type ?? '')) || /^\s*</.test(body);
}

/** The object that a whole body is, or null. */
export function jsonObject(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export function foreignAnswer(provider: string): Meaning {
  return {
    outcome: 'transient',
    failureCode: 'connection',
    foreign: true,
    reason: `Something between Rollcall and ${provider} answered in its place, such as a proxy, a firewall or the sign-in page of a network, so nothing was sent. Let somebody check the network of this server and the provider's base URL.`,
  };
}

export function unclearAnswer(provider: string): Meaning {
  return {
    outcome: 'unknown',
    failureCode: 'outcome_unknown',
    reason: `${provider} began to answer, but not with what it documents for a message that it took, so the message may or may not be on its way.`,
  };
}
