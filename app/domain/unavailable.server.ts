import { isPassing } from '#db/batch.ts';
import { Problem } from './problem.ts';

/** Where the database is away, or has no connection free, asking again soon is what helps; null for any other error. */
export function unavailable(error: unknown): Problem | null {
  if (!isPassing(error)) return null;
  const message = 'The database did not answer in time. Nothing is lost; try again in a few seconds.';
  return new Problem(503, 'unavailable', message, { retryAfterS: 5, cause: error });
}
