import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import type { Auth } from '../domain/access/auth.server.ts';
import { countedAddress, isOwnNetwork } from '../domain/access/client-address.ts';

/**
 * What has limits of its own, or comes from few addresses on behalf of many: programs by their key, providers with events, mail programs that
 * unsubscribe somebody.
 */
const elsewhere = /^\/(?:api|webhooks|u)\//;

/** Refuses an address that asks for too many pages, before one is made. Who is signed in is counted by person, too (require.server.ts). */
export function limitAddress({ requests }: Auth): RequestHandler {
  return ({ path, ip, headers, socket }, response, next) => {
    const waitMs = elsewhere.test(path) || isProxy(ip, headers, socket) ? null : requests.take(`address ${countedAddress(ip)}`);
    if (waitMs === null) return next();
    response
      .status(429)
      .set({ 'Retry-After': String(Math.ceil(waitMs / 1000)), 'Cache-Control': 'no-store' })
      .type('text/plain')
      .send('Your network has asked for too much within a few seconds. Wait a little, then try again.');
  };
}

/** A proxy in front that TRUST_PROXY does not name: everybody comes from its address, and nobody may keep the others out. */
function isProxy(ip: string | undefined, headers: IncomingHttpHeaders, { remoteAddress }: Socket): boolean {
  return headers['x-forwarded-for'] !== undefined && ip === remoteAddress && isOwnNetwork(remoteAddress);
}
