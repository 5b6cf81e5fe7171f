import { isPassing } from '#db/batch.ts';
import { type Trouble, troubleOf } from '#db/trouble.ts';
import { isProblem, Problem } from './problem.ts';

/** What each trouble means to whoever wanted to look at something, and to whoever wanted to change something; and when to ask again, in s. */
const WORDS: Record<Trouble, { look: string; change: string; retryAfterS: number }> = {
  disk_full: {
    look: 'The disk of the database is full, so this could not be looked up. Whoever runs Rollcall has to make room on it; then it goes on by itself.',
    change:
      'The disk of the database is full, so this was not saved. Whoever runs Rollcall has to make room on it; then try again. What was saved before is safe.',
    retryAfterS: 30,
  },
  own_disk_full: {
    look: 'The machine that Rollcall runs on has no room left on its disk, so this could not be made. Whoever runs Rollcall has to make room.',
    change:
      'The machine that Rollcall runs on has no room left on its disk for this, so nothing was done. Whoever runs Rollcall has to make room; then try again.',
    retryAfterS: 30,
  },
  read_only: {
    look: 'The database can only be read at the moment, and this needs more. Tell whoever runs Rollcall.',
    change:
      'The database can only be read at the moment, so this was not saved. Tell whoever runs Rollcall, and try again when it takes changes.',
    retryAfterS: 30,
  },
  no_memory: {
    look: 'The database has run out of memory. Try again in a minute; if it stays, tell whoever runs Rollcall.',
    change:
      'The database has run out of memory, so this may not have been done. Look in a minute, then try again; if it stays, tell whoever runs Rollcall.',
    retryAfterS: 60,
  },
  no_connection_left: {
    look: 'The database has no connection left. Try again in a few seconds; if it stays, tell whoever runs Rollcall.',
    change:
      'The database has no connection left, so this may not have been done. Look in a few seconds, then try again; if it stays, tell whoever runs Rollcall.',
    retryAfterS: 5,
  },
  refused: {
    look: 'The database does not let Rollcall in any more. Whoever runs Rollcall has to look at its DATABASE_URL.',
    change:
      'The database does not let Rollcall in any more, so this may not have been done. Whoever runs Rollcall has to look at its DATABASE_URL.',
    retryAfterS: 30,
  },
};

/**
 * Where the database is away, cannot go on, or took too long (57014), asking again later is what helps; null for any other error.
 *
 * @param changes the call may have been done all the same: the answer to its commit may be what was lost
 */
export function unavailable(error: unknown, changes: boolean): Problem | null {
  const trouble = troubleOf(error);
  if (trouble) {
    const { look, change, retryAfterS } = WORDS[trouble];
    return new Problem(503, 'unavailable', changes ? change : look, { retryAfterS, cause: error });
  }
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

/** What a form that changes something tells about an error; null: a bug of ours, to be thrown on. */
export function problemOfChange(error: unknown): Problem | null {
  return isProblem(error) ? error : unavailable(error, true);
}
