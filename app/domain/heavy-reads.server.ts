import pLimit from 'p-limit';
import type { QueryResult, QueryResultRow } from 'pg';
import type { Database } from '#db/database.ts';
import { Problem } from './problem.ts';

const places = new WeakMap<Database['pool'], ReturnType<typeof pLimit>>();
const MOST_WAITING = 300;
const PATIENCE_MS = 10_000;

/**
 * Lists with filters, searches and reports may be slow together: a third of the pool's connections at most is theirs, so that sending,
 * events and single looks go on. Others wait for a place, not for long.
 *
 * @throws Problem 503 where too many wait, or one waited too long
 */
export async function heavyRead<T>({ pool }: Database, read: () => Promise<T>): Promise<T> {
  const inPlace = places.get(pool) ?? pLimit(Math.max(1, Math.floor(pool.options.max / 3)));
  places.set(pool, inPlace);
  if (inPlace.pendingCount >= MOST_WAITING) throw busy();
  return new Promise((resolve, reject) => {
    let left = false;
    const patience = setTimeout(() => {
      left = true;
      reject(busy());
    }, PATIENCE_MS);
    void inPlace(async () => {
      clearTimeout(patience);
      if (left) return;
      try {
        resolve(await read());
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** One statement of that kind. */
export function heavyQuery<Row extends QueryResultRow>(db: Database, text: string, values: unknown[]): Promise<QueryResult<Row>> {
  return heavyRead(db, () => db.pool.query<Row>(text, values));
}

function busy(): Problem {
  return new Problem(503, 'unavailable', 'Many lists and searches are asked for at this moment. Try again in a few seconds.', {
    retryAfterS: 5,
  });
}
