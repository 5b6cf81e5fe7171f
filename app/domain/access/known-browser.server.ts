import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { cookie } from './cookies.server.ts';

/** A browser in which somebody signed in to an account before. */
export interface KnownBrowser {
  /** Of this browser and account; tries are counted under it. */
  id: string;
}

export interface KnownBrowsers {
  /** Is it known for this account? */
  find(headers: Headers, account: string): KnownBrowser | null;
  /** Is it known for some account? */
  knowsAny(headers: Headers): boolean;
  /** The cookie's new value after a sign-in, beside the accounts that were there. */
  remember(headers: Headers, ...accounts: string[]): string;
}

/** A browser that passed the second step is known under this name, too: the password alone, which others may know, does not make it so. */
export const passedSecondStep = (userId: string) => `second step ${userId}`;

const DAYS = 180;
/** Of one browser; people share computers, and an account with a second factor has two. */
const MOST_ENTRIES = 10;

interface Entry {
  account: string;
  id: string;
  sinceDay: number;
}

/**
 * A signed cookie that says in which accounts a browser signed in before. It opens nothing: it only keeps a right person from waiting behind
 * those who guess. Accounts stand in it as keyed hashes, so it tells nobody whose they are.
 */
export function createKnownBrowsers(secret: string, baseUrl: string, formerSecret: string | null = null): KnownBrowsers {
  const kept = cookie('rollcall_browser', baseUrl);
  const hmac = (text: string, key = secret) => createHmac('sha256', key).update(`known browser\n${text}`).digest('base64url').slice(0, 32);
  const keys = formerSecret === null ? [secret] : [secret, formerSecret];
  const isOf = (entry: Entry, account: string) => keys.some((key) => entry.account === hmac(account, key));
  const today = () => Math.floor(Date.now() / 86_400_000);

  function read(headers: Headers): Entry[] {
    const [payload, signature, ...more] = kept.read(headers)?.split('~') ?? [];
    if (!payload || !signature || more.length > 0) return [];
    const given = Buffer.from(signature);
    const signed = keys.some((key) => given.length === 32 && timingSafeEqual(given, Buffer.from(hmac(payload, key))));
    if (!signed) return [];
    return payload
      .split('.')
      .map((entry) => ({ account: entry.slice(0, 32), id: entry.slice(32, 48), sinceDay: Number(entry.slice(48)) }))
      .filter(({ sinceDay }) => sinceDay > today() - DAYS);
  }

  return {
    find(headers, account) {
      const entry = read(headers).find((one) => isOf(one, account));
      return entry ? { id: entry.id } : null;
    },
    knowsAny: (headers) => read(headers).length > 0,
    remember(headers, ...accounts) {
      const known = read(headers);
      const present = accounts.map((account) => ({
        account: hmac(account),
        id: known.find((one) => isOf(one, account))?.id ?? randomBytes(12).toString('base64url'),
        sinceDay: today(),
      }));
      const others = known.filter((one) => !accounts.some((account) => isOf(one, account)));
      const entries = [...present, ...others].slice(0, MOST_ENTRIES);
      const payload = entries.map((entry) => entry.account + entry.id + entry.sinceDay).join('.');
      return kept.set(`${payload}~${hmac(payload)}`, DAYS * 86_400);
    },
  };
}
