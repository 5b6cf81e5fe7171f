import type { Logger } from '../config/log.server.ts';
import { refuse } from '../domain/access/refusals.server.ts';
import { isProblem, Problem } from '../domain/problem.ts';
import { problemResponse } from './problem-response.server.ts';

/** Answers a provider: what is thrown becomes a problem that says why; what is our own fault asks it to come again. */
export async function answerProvider(request: Request, log: Logger, work: () => Promise<Response>): Promise<Response> {
  try {
    if (request.method !== 'POST') {
      return problemResponse(new Problem(405, 'method_not_allowed', 'This address takes POST.'), { Allow: 'POST' });
    }
    return await work();
  } catch (error) {
    if (isProblem(error)) {
      if (error.status === 403) refuse({ action: 'provider.report', refused: error.message });
      return problemResponse(error);
    }
    log.error({ err: error }, 'events of a provider could not be taken in');
    return problemResponse(new Problem(503, 'unavailable', 'The events could not be taken in. Send them again.', { retryAfterS: 30 }));
  }
}
