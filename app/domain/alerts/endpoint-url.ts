import ipaddr from 'ipaddr.js';
import { isPublicAddress } from './public-address.ts';

/** The host of a URL without the brackets of IPv6. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * What is wrong with an endpoint's URL, as a sentence; null where nothing is. Names are judged again, by the addresses that they lead to,
 * at every connection.
 *
 * @param allowPrivate WEBHOOK_ALLOW_PRIVATE: plain http and private addresses too
 */
export function endpointUrlError(text: string, allowPrivate: boolean): string | null {
  if (!URL.canParse(text)) return 'Enter a whole URL, such as https://hooks.example.com/rollcall.';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'The URL must start with https://.';
  if (url.username || url.password) return 'Leave user name and password out of the URL; receivers check the signature instead.';
  if (allowPrivate) return null;
  if (url.protocol !== 'https:') return 'The URL must start with https://.';
  const host = hostOf(url);
  const isName = !ipaddr.isValid(host);
  if (isName ? /(^|\.)localhost\.?$/.test(host) : !isPublicAddress(host)) {
    return 'The URL leads to a private address. Alerts go to addresses on the public internet only, unless WEBHOOK_ALLOW_PRIVATE is 1.';
  }
  return null;
}
