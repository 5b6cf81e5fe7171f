import { isPassing } from '#db/batch.ts';
import { Problem } from './problem.ts';

/**
 * Where the database is away, or has no connection free, asking again soon is what helps; null for any other error.
 *
 * @param changes the call may have been done all the same: the answer to its commit may be what was lost
 */
export function unavailable(error: unknown, changes: boolean): Problem | null {
  if (!isPassing(error)) return null;
  const message = changes
    ? 'The database did not answer in time, so this may or may not have been done. Look in a few seconds, then try again.'
    : 'The database did not answer in time. Try again in a few seconds.';
  return new Problem(503, 'unavailable', message, { retryAfterS: 5, cause: error });
}
