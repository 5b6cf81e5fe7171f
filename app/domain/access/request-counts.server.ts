import type { Pool } from 'pg';

/** Whoever stands under one name may make so many requests in a window, at all web processes together. */
const REQUESTS = 2_000;
const WINDOW_MS = 10_000;
/** So often a process tells the others what it counted. */
const TELL_MS = 500;
/** Below this share of the limit a process keeps its count for itself: most people stay there, and cost the database nothing. */
const QUIET = 1 / 20;
const MAX_NAMES = 20_000;

interface Count {
  /** When its window began, in ms. */
  window: number;
  here: number;
  /** Of them, how many the others know of. */
  told: number;
  elsewhere: number;
}

export interface RequestCounts {
  /** Counts one request. @returns ms until the next one is taken, or null where this one is */
  take(name: string): number | null;
}

/**
 * Counts in memory and shares the counts by the database, so that the limit holds for all web processes and a request costs no statement. What
 * they do not know of each other is at most what comes in half a second. While the database does not answer each counts for itself.
 */
export function createRequestCounts(pool: Pool, { requests = REQUESTS, windowMs = WINDOW_MS, tellMs = TELL_MS } = {}): RequestCounts {
  const counts = new Map<string, Count>();
  let toldAt = 0;
  let telling = false;
  let forgotAt = 0;

  async function tell(now: number, window: number): Promise<void> {
    const news = [...counts]
      .filter(([, count]) => count.window === window && count.here > count.told && count.here > requests * QUIET)
      .map(([name, count]) => ({ name, count, more: count.here - count.told }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    if (news.length === 0) return;
    const { rows } = await pool.query<{ name: string; requests: number }>(
      `insert into request_counts as c (name, window_start, requests)
       select name, to_timestamp($3::double precision), more from unnest($1::text[], $2::integer[]) as news (name, more)
       on conflict (name, window_start) do update set requests = c.requests + excluded.requests
       returning c.name, c.requests`,
      [news.map(({ name }) => name), news.map(({ more }) => more), window / 1000],
    );
    const all = new Map(rows.map((row) => [row.name, row.requests]));
    for (const { name, count, more } of news) {
      count.told += more;
      count.elsewhere = (all.get(name) ?? count.told) - count.told;
    }
    if (now - forgotAt < 60_000) return;
    forgotAt = now;
    await pool.query('delete from request_counts where window_start < to_timestamp($1::double precision)', [(window - windowMs) / 1000]);
  }

  return {
    take(name) {
      const now = Date.now();
      const window = now - (now % windowMs);
      let count = counts.get(name);
      if (count?.window !== window) {
        count = { window, here: 0, told: 0, elsewhere: 0 };
        counts.delete(name);
        // The one that has been there for the longest; nearly always of a window that is over.
        if (counts.size >= MAX_NAMES) counts.delete(counts.keys().next().value as string);
        counts.set(name, count);
      }
      count.here += 1;
      if (!telling && now - toldAt >= tellMs) {
        toldAt = now;
        telling = true;
        void tell(now, window)
          .catch(() => {})
          .finally(() => {
            telling = false;
          });
      }
      return count.here + count.elsewhere > requests ? window + windowMs - now : null;
    },
  };
}
