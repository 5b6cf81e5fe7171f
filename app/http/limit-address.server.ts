import type { RequestHandler } from 'express';
import type { Auth } from '../domain/access/auth.server.ts';
import { countedAddress } from '../domain/access/client-address.ts';

/**
 * What has limits of its own, or comes from few addresses on behalf of many: programs by their key, providers with events, mail programs that
 * unsubscribe somebody.
 */
const elsewhere = /^\/(?:api|webhooks|u)\//;

/** Refuses an address that asks for too many pages, before one is made. Who is signed in is counted by person, too (require.server.ts). */
export function limitAddress({ requests }: Auth): RequestHandler {
  return ({ path, ip }, response, next) => {
    const waitMs = elsewhere.test(path) ? null : requests.take(`address ${countedAddress(ip)}`);
    if (waitMs === null) return next();
    response
      .status(429)
      .set({ 'Retry-After': String(Math.ceil(waitMs / 1000)), 'Cache-Control': 'no-store' })
      .type('text/plain')
      .send('Your network has asked for too much within a few seconds. Wait a little, then try again.');
  };
}
