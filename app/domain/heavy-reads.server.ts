import type { QueryResult, QueryResultRow } from 'pg';
import type { Database } from '#db/database.ts';
import { Problem } from './problem.ts';

interface Places {
  taken: number;
  waiting: (() => void)[];
}

const places = new WeakMap<Database['pool'], Places>();
const MOST_WAITING = 300;
const PATIENCE_MS = 10_000;

/**
 * Lists with filters, searches and reports may be slow together: a third of the pool's connections at most is theirs, so that sending,
 * events and single looks go on. Others wait for a place, not for long.
 *
 * @throws Problem 503 where too many wait, or one waited too long
 */
export async function heavyRead<T>({ pool }: Database, read: () => Promise<T>): Promise<T> {
  const state = places.get(pool) ?? { taken: 0, waiting: [] };
  places.set(pool, state);
  if (state.taken < Math.max(1, Math.floor(pool.options.max / 3))) state.taken++;
  else await placeOf(state);
  try {
    return await read();
  } finally {
    const next = state.waiting.shift();
    if (next) next();
    else state.taken--;
  }
}

/** One statement of that kind. */
export function heavyQuery<Row extends QueryResultRow>(db: Database, text: string, values: unknown[]): Promise<QueryResult<Row>> {
  return heavyRead(db, () => db.pool.query<Row>(text, values));
}

function placeOf({ waiting }: Places): Promise<void> {
  const busy = () =>
    new Problem(503, 'unavailable', 'Many lists and searches are asked for at this moment. Try again in a few seconds.', {
      retryAfterS: 5,
    });
  if (waiting.length >= MOST_WAITING) throw busy();
  return new Promise((resolve, reject) => {
    const go = () => {
      clearTimeout(patience);
      resolve();
    };
    const patience = setTimeout(() => {
      waiting.splice(waiting.indexOf(go), 1);
      reject(busy());
    }, PATIENCE_MS);
    waiting.push(go);
  });
}
