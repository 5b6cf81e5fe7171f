import { redirect } from '@remix-run/node';
import { cookie } from '../domain/access/cookies.server.ts';
import { isLinkToken } from '../domain/access/link-secret.server.ts';

/** Where a link leads, and the cookie in which its secret waits there. */
interface Place {
  cookie: 'rollcall_link' | 'rollcall_setup';
  page: string;
}
const ACCESS: Place = { cookie: 'rollcall_link', page: '/access/password' };
/** Of the first administrator. */
export const SETUP: Place = { cookie: 'rollcall_setup', page: '/setup' };
/** s that somebody has for choosing a password before the link is opened again. */
const KEPT_S = 3_600;

/**
 * The link's secret goes from the address into a cookie (that of an invitation, without https, one of the pages below /access), so that no history, log, copied
 * address or next page gets it. Where it is none of ours the page says so.
 */
export function openLink(token: string, baseUrl: string, place = ACCESS): Response {
  const kept = cookie(place.cookie, baseUrl);
  const set = isLinkToken(token) ? kept.set(token, KEPT_S) : kept.forget();
  return redirect(place.page, { headers: { 'Set-Cookie': set, ...PRIVATE, 'Referrer-Policy': 'no-referrer' } });
}

export const linkOf = ({ headers }: Request, baseUrl: string, place = ACCESS): string => cookie(place.cookie, baseUrl).read(headers) ?? '';

/** The cookie's end, once the link is used. */
export const forgetLink = (baseUrl: string, place = ACCESS) => cookie(place.cookie, baseUrl).forget();

/** Of pages that are for one person once. */
export const PRIVATE = { 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' };
