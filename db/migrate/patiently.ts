import { setTimeout as delay } from 'node:timers/promises';

/** While a lock is waited for, whoever comes after waits as well: shorter than PostgreSQL takes to look for a deadlock, and then out of their way. */
export const LOCK_TIMEOUT = '500ms';
const PAUSE_MS = 1_000;
const TRIES = 120;
/** lock_not_available, deadlock_detected. */
const PASSING = ['55P03', '40P01'];

/**
 * Does in one transaction what needs locks on tables that are in use, again and again until it gets them.
 *
 * @param work one that sets LOCK_TIMEOUT, and rolls back where it throws
 * @throws DatabaseError 55P03, 40P01 where they were not to be had for three minutes
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!PASSING.includes((error as { code?: string }).code ?? '') || tries === TRIES) throw error;
      await delay(PAUSE_MS);
    }
  }
}
