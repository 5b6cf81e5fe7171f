import { redirect } from '@remix-run/node';
import { isLinkToken } from '../domain/access/link-secret.server.ts';

const COOKIE = 'rollcall_link';
/** s that somebody has for choosing a password before the link is opened again. */
const KEPT_S = 3_600;

/**
 * The link's secret goes from the address into a cookie of the pages below /access, so that no history, log, copied address or next page
 * gets it. Where it is none of ours the page says so.
 */
export function openLink(token: string, baseUrl: string): Response {
  const cookie = isLinkToken(token) ? cookieOf(token, KEPT_S, baseUrl) : cookieOf('', 0, baseUrl);
  return redirect('/access/password', { headers: { 'Set-Cookie': cookie, ...PRIVATE, 'Referrer-Policy': 'no-referrer' } });
}

export function linkOf({ headers }: Request): string {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{43})(?:;|$)`).exec(headers.get('cookie') ?? '')?.[1] ?? '';
}

/** The cookie's end, once the link is used. */
export const forgetLink = (baseUrl: string) => cookieOf('', 0, baseUrl);

/** Of pages that are for one person once. */
export const PRIVATE = { 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' };

function cookieOf(value: string, seconds: number, baseUrl: string): string {
  return `${COOKIE}=${value}; Path=/access; Max-Age=${seconds}; HttpOnly; SameSite=Lax${baseUrl.startsWith('https:') ? '; Secure' : ''}`;
}
