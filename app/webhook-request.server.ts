import { isProblem, Problem } from './domain/problem.ts';
import { problemResponse } from './domain/problem-response.server.ts';
import type { Logger } from './log.server.ts';

/** The body's bytes as they came, which is what providers sign. @throws Problem 413 while it arrives */
export async function rawBody(request: Request, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new Problem(413, 'too_large', `The request is too large; the most is ${Math.round(maxBytes / 1_000)} kB.`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Answers a provider: what is thrown becomes a problem that says why; what is our own fault asks it to come again. */
export async function answerProvider(request: Request, log: Logger, work: () => Promise<Response>): Promise<Response> {
  try {
    if (request.method !== 'POST') {
      return problemResponse(new Problem(405, 'method_not_allowed', 'This address takes POST.'), { Allow: 'POST' });
    }
    return await work();
  } catch (error) {
    if (isProblem(error)) return problemResponse(error);
    log.error({ err: error }, 'events of a provider could not be taken in');
    return problemResponse(new Problem(503, 'unavailable', 'The events could not be taken in. Send them again.', { retryAfterS: 30 }));
  }
}
