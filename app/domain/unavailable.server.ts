import { isPassing } from '#db/batch.ts';
import { Problem } from './problem.ts';

/**
 * Where the database is away, has no connection free, or took too long (57014), asking again soon is what helps; null for any other error.
 *
 * @param changes the call may have been done all the same: the answer to its commit may be what was lost
 */
export function unavailable(error: unknown, changes: boolean): Problem | null {
  if ((error as { code?: string } | null)?.code === '57014') {
    const message =
      'This took the database longer than 15 seconds and was ended, so that others can go on. Ask for less, such as one campaign or more letters of an address, or try again in a minute.';
    return new Problem(503, 'unavailable', message, { retryAfterS: 60, cause: error });
  }
  if (!isPassing(error)) return null;
  const message = changes
    ? 'The database did not answer in time, so this may or may not have been done. Look in a few seconds, then try again.'
    : 'The database did not answer in time. Try again in a few seconds.';
  return new Problem(503, 'unavailable', message, { retryAfterS: 5, cause: error });
}
