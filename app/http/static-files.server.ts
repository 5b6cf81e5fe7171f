import { existsSync } from 'node:fs';
import type { RequestHandler } from 'express';
import sirv from 'sirv';
import { notFound, Problem } from '../domain/problem.ts';

/**
 * The browser's files, as the build left them, with the `.br` and `.gz` that it put beside them; which there are is read once. What lies
 * under /assets carries its content's hash in its name, and may be kept for ever.
 *
 * @param folder of the built browser files
 */
export function staticFiles(folder: string): RequestHandler {
  // A folder that was not built, as tests have it, has none.
  const assets =
    existsSync(`${folder}/assets`) &&
    sirv(`${folder}/assets`, { brotli: true, gzip: true, maxAge: 31_536_000, immutable: true, extensions: [] });
  const others = sirv(folder, { maxAge: 3_600, etag: true, extensions: [] });
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const refused = new Problem(405, 'method_not_allowed', 'This address takes GET, HEAD.');
      return next(request.path.startsWith('/assets/') ? refused : undefined);
    }
    // All of these are small; a range that makes no sense would only be one more way to fail.
    delete request.headers.range;
    if (!request.path.startsWith('/assets/')) return others(request, response, next);
    if (!assets) return next(notFound());
    const whole = request.url;
    request.url = whole.slice('/assets'.length);
    assets(request, response, () => {
      request.url = whole;
      next(notFound());
    });
  };
}
