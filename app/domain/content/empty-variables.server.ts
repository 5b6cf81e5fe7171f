import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { heavyQuery } from '../heavy-reads.server.ts';

export interface EmptyVariable {
  name: string;
  /** Recipients for whom it is empty. */
  count: number;
}

/** A message uses few; each is looked up for every recipient. */
const MOST_NAMES = 50;

/**
 * For how many recipients each of these variables is empty; those that nobody lacks are left out. Reads the campaign's recipients once,
 * so ask only for the variables that the content uses.
 */
export async function emptyVariables(db: Database, campaignId: number, names: readonly string[]): Promise<EmptyVariable[]> {
  ask('campaigns:write');
  const asked = [...new Set(names)].slice(0, MOST_NAMES);
  if (asked.length === 0) return [];
  // One count beside the other: with a row for each name the list would be as long as both together.
  const empty = asked.map((_, i) => `count(*) filter (where coalesce(btrim(variables ->> $${i + 2}), '') = '')::integer`);
  const { rows } = await heavyQuery<{ counts: number[] }>(
    db,
    `select array[${empty.join(', ')}] as counts from recipients where campaign_id = $1`,
    [campaignId, ...asked],
  );
  return asked.map((name, i) => ({ name, count: rows[0]?.counts[i] ?? 0 })).filter(({ count }) => count > 0);
}
