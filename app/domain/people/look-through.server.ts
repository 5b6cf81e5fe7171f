import type { Database } from '#db/database.ts';
import { matchesWithin, STEP_PAGES, tableSize } from '#db/queries/look-through.ts';
import { heavyRead } from '../heavy-reads.server.ts';
import { recipientColumns } from '../recipients/recipient-json.ts';
import type { Details } from './person-details.ts';
import type { MessageRow } from './person-message.server.ts';

export interface LookedThrough {
  rows: MessageRow[];
  /** Where to go on; null: all were looked at. */
  next: string | null;
  /** About how many recipients were looked at since the walk began. */
  recipients: number;
}

export interface Walk {
  /** Where an earlier walk stopped; null: begin with the newest. */
  from: string | null;
  limit: number;
  /** ms after which no further step is begun. */
  budgetMs: number;
}

/**
 * Looks for people by their details among the newest recipients, then among older ones, until there are enough or the time is over: an index of
 * all columns would cost every import more than it is worth.
 */
export function lookThrough(db: Database, { words, ending }: Details, { from, limit, budgetMs }: Walk): Promise<LookedThrough> {
  const some = words.length > 0;
  const parts = some ? words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`) : null;
  const beginnings = some ? words.map((word) => `\\m${word.replace(/[^\p{L}\p{N}]/gu, '\\$&')}`) : null;
  return heavyRead(db, async () => {
    const { rows: sizes } = await db.pool.query<{ pages: number; recipients: number }>(tableSize);
    const { pages = 0, recipients = 0 } = sizes[0] ?? {};
    const started = performance.now();
    const rows: MessageRow[] = [];
    let next: string | null = from ?? `(${pages},0)`;
    while (next && rows.length < limit && performance.now() - started < budgetMs) {
      const page = pageOf(next);
      const first = Math.max(0, page - STEP_PAGES);
      const wanted = limit - rows.length;
      const step = [`(${first},0)`, next, parts, beginnings, ending, wanted];
      const found: (MessageRow & { place: string })[] = (await db.pool.query(matchesWithin(recipientColumns), step)).rows;
      rows.push(...found.map(({ place: _, ...row }) => row));
      next = found.length === wanted ? (found.at(-1)?.place ?? null) : first > 0 ? `(${first},0)` : null;
    }
    const seen = next ? pages - pageOf(next) : pages;
    return { rows, next, recipients: pages === 0 ? 0 : Math.round((recipients * seen) / pages) };
  });
}

function pageOf(place: string): number {
  return Number(/^\((\d+),/.exec(place)?.[1] ?? 0);
}
