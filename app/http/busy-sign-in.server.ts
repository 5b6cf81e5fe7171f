import type { RequestHandler } from 'express';
import type { Auth } from '../domain/access/auth.server.ts';
import { BUSY } from './sign-in.server.ts';

/**
 * While more passwords wait to be checked than can be, strangers' sign-ins are refused before a page is made for them: a page costs more than
 * the refusal is worth, and a flood of pages would keep everybody waiting. Our own pages ask by `.data` and show the same words.
 */
export function busySignIn({ passwordChecks, knownBrowsers }: Auth): RequestHandler {
  return ({ headers }, response, next) => {
    const known = knownBrowsers.knowsAny(new Headers({ cookie: headers.cookie ?? '' }));
    if (known || !passwordChecks.isFull(false)) return next();
    response
      .status(BUSY.status)
      .set({ 'Retry-After': String(BUSY.retryAfterS), 'Cache-Control': 'no-store' })
      .type('text/plain')
      .send(BUSY.error);
  };
}
