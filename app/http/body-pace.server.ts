import type { RequestHandler } from 'express';
import { Problem } from '../domain/problem.ts';
import { PROBLEM_TYPE, problemBody } from './problem-response.server.ts';

/** A look every 10 s: two in a row with less than 500 bytes a second are too few. */
const LOOK_MS = 10_000;
const LEAST_BYTES_PER_S = 500;
const LOOKS = 2;
/** A list of contacts may pause for longer, and its reader has words of its own for that (see readChunks). */
const UPLOAD_LOOKS = 12;

/**
 * Ends a request whose body only trickles: 1,500 of them would otherwise stay for as long as one upload may take. What waits for us instead of
 * the sender, with bytes that are there and not yet read, is never ended.
 */
export function bodyPace(lookMs = LOOK_MS): RequestHandler {
  return (request, response, next) => {
    const { headers, socket } = request;
    if (headers['transfer-encoding'] === undefined && !Number(headers['content-length'] ?? 0)) return next();
    const upload = headers['content-type']?.startsWith('multipart/') || /\/(?:recipients|imports)$/.test(request.path);
    let slow = 0;
    let seen = socket.bytesRead;
    const look = setInterval(() => {
      if (request.complete || request.destroyed) return clearInterval(look);
      const arrived = socket.bytesRead - seen;
      seen = socket.bytesRead;
      const waits = request.readableLength > 0 || socket.isPaused();
      slow = waits || arrived >= (LEAST_BYTES_PER_S * lookMs) / 1000 ? 0 : slow + 1;
      if (slow < (upload ? UPLOAD_LOOKS : LOOKS)) return;
      clearInterval(look);
      const problem = new Problem(408, 'timeout', 'The request arrived too slowly and was ended. Try again over a faster connection.');
      request.on('error', () => {});
      const cut = () => request.destroy(problem);
      if (response.headersSent) return cut();
      response.once('finish', cut).status(408).set('Connection', 'close');
      if (request.path.startsWith('/api/')) response.type(PROBLEM_TYPE).send(JSON.stringify(problemBody(problem)));
      else response.type('text/plain').send(problem.message);
    }, lookMs);
    look.unref();
    const end = () => {
      clearInterval(look);
      socket.off('close', end); // it may serve on
    };
    socket.once('close', end);
    request.once('close', end);
    response.once('close', () => {
      // Of a body that nobody reads, the rest is still to come.
      if (request.complete) end();
      else request.once('end', end);
    });
    next();
  };
}
