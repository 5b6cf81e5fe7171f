import { setTimeout } from 'node:timers/promises';
import type { Database } from '#db/database.ts';
import { Problem } from './problem.ts';

const running = new WeakMap<Database['pool'], number>();

/**
 * An import or an export holds a connection for as long as the other side takes: slow ones together must leave half of them to everybody
 * else.
 *
 * @returns gives the place back
 * @throws Problem 429 when there is none
 */
export function takeSlowConnection({ pool }: Database): () => void {
  const others = running.get(pool) ?? 0;
  if (others >= pool.options.max / 2) {
    const message =
      'Many files are being imported or downloaded at this moment, and there is no room for another. Try again in a few seconds.';
    throw new Problem(429, 'rate_limited', message, { retryAfterS: 5 });
  }
  running.set(pool, others + 1);
  return () => running.set(pool, (running.get(pool) ?? 1) - 1);
}

const AGAIN_MS = 250;
const PATIENCE_MS = 120_000;

/** The same for who has no reader to wait for and is short, such as an import that has arrived: waits for a place, at most two minutes. */
export async function waitForSlowConnection(db: Database): Promise<() => void> {
  for (const began = performance.now(); ; await setTimeout(AGAIN_MS)) {
    try {
      return takeSlowConnection(db);
    } catch (error) {
      if (performance.now() - began > PATIENCE_MS) throw error;
    }
  }
}
