import { redirect } from '@remix-run/node';
import { isLinkToken } from '../domain/access/link-secret.server.ts';

/** Where a link leads, and the cookie in which its secret waits there. */
interface Place {
  cookie: string;
  path: string;
  page: string;
}
const ACCESS: Place = { cookie: 'rollcall_link', path: '/access', page: '/access/password' };
/** Of the first administrator. */
export const SETUP: Place = { cookie: 'rollcall_setup', path: '/setup', page: '/setup' };
/** s that somebody has for choosing a password before the link is opened again. */
const KEPT_S = 3_600;

/**
 * The link's secret goes from the address into a cookie of the pages below /access (or /setup), so that no history, log, copied address or next page
 * gets it. Where it is none of ours the page says so.
 */
export function openLink(token: string, baseUrl: string, place = ACCESS): Response {
  const cookie = isLinkToken(token) ? cookieOf(place, token, KEPT_S, baseUrl) : cookieOf(place, '', 0, baseUrl);
  return redirect(place.page, { headers: { 'Set-Cookie': cookie, ...PRIVATE, 'Referrer-Policy': 'no-referrer' } });
}

export function linkOf({ headers }: Request, place = ACCESS): string {
  return new RegExp(`(?:^|;\\s*)${place.cookie}=([\\w-]{43})(?:;|$)`).exec(headers.get('cookie') ?? '')?.[1] ?? '';
}

/** The cookie's end, once the link is used. */
export const forgetLink = (baseUrl: string, place = ACCESS) => cookieOf(place, '', 0, baseUrl);

/** Of pages that are for one person once. */
export const PRIVATE = { 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' };

function cookieOf({ cookie, path }: Place, value: string, seconds: number, baseUrl: string): string {
  return `${cookie}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${baseUrl.startsWith('https:') ? '; Secure' : ''}`;
}
