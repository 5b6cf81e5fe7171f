import type { Request, RequestHandler } from 'express';
import { type Auth, bearerToken } from '../domain/access/auth.server.ts';
import { isLimited } from '../domain/access/key-limits.server.ts';
import { may } from '../domain/access/roles.ts';
import { isPublicAddress } from '../domain/alerts/public-address.ts';
import type { Metrics } from '../domain/monitoring/metrics.server.ts';

/**
 * `GET /metrics` in Prometheus' text format: for who asks from this machine or a private network, and with an API key from anywhere.
 * `request.ip` is the address that a proxy of TRUST_PROXY saw. Where another proxy stands between, who asks is not known, and needs a key.
 */
export function metricsRoute(metrics: Metrics, auth: Auth): RequestHandler {
  return async (request, response, next) => {
    try {
      response.set('Cache-Control', 'no-store');
      if (!(await mayScrape(auth, clientOf(request), request.headers.authorization))) {
        response
          .status(401)
          .set('WWW-Authenticate', 'Bearer realm="Rollcall"')
          .type('text/plain')
          .send('Ask from a private network, or send an API key as "Authorization: Bearer KEY".\n');
        return;
      }
      response.type(metrics.contentType).send(await metrics.scrape());
    } catch (error) {
      next(error);
    }
  };
}

function clientOf(request: Request): string | undefined {
  const { headers, ip, socket } = request;
  const forwarded = headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via;
  return forwarded !== undefined && ip === socket.remoteAddress ? undefined : ip;
}

/** A key that is presented must be good, also from nearby, and for all campaigns. */
async function mayScrape(auth: Auth, ip: string | undefined, authorization: string | undefined): Promise<boolean> {
  if (authorization === undefined) return ip !== undefined && !isPublicAddress(ip);
  const token = bearerToken(new Headers({ authorization }));
  const viewer = token === null ? null : await auth.viewerOfKey(token);
  return viewer !== null && !isLimited(viewer) && may(viewer, 'campaigns:read');
}
