import type { Database } from '#db/database.ts';
import { heavyRead } from '../heavy-reads.server.ts';
import { recipientColumns } from '../recipients/recipient-json.ts';
import type { Details } from './person-details.ts';
import type { MessageRow } from './person-message.server.ts';
import { endOfStep, matchesWithin, STEP } from './walk-recipients.server.ts';

/** Where a walk stands: it goes on before this recipient, and has looked at so many. */
export interface WalkPlace {
  campaign: number;
  recipient: number;
  seen: number;
}

type StepEnd = Omit<WalkPlace, 'seen'>;

export interface LookedThrough {
  rows: MessageRow[];
  /** Where to go on; null: all were looked at. */
  next: WalkPlace | null;
  /** About how many recipients were looked at since the walk began. */
  seen: number;
}

export interface Walk {
  /** Where an earlier walk stopped; null: begin with the newest. */
  from: WalkPlace | null;
  limit: number;
  /** ms after which no further step is begun. */
  budgetMs: number;
  /** Only what did not arrive. */
  lost?: boolean;
}

const NEWEST: WalkPlace = { campaign: Number.MAX_SAFE_INTEGER, recipient: 0, seen: 0 };

/**
 * Looks for people by their details among the newest recipients, then among older ones, until there are enough or the time is over: an index of
 * all columns would cost every import more than it is worth.
 */
export function lookThrough(
  db: Database,
  { words, ending }: Details,
  { from, limit, budgetMs, lost = false }: Walk,
): Promise<LookedThrough> {
  const some = words.length > 0;
  const parts = some ? words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`) : null;
  const beginnings = some ? words.map((word) => `\\m${word.replace(/[^\p{L}\p{N}]/gu, '\\$&')}`) : null;
  return heavyRead(db, async () => {
    const started = performance.now();
    const rows: MessageRow[] = [];
    let at: WalkPlace | null = from ?? NEWEST;
    let { seen } = at;
    while (at && rows.length < limit && performance.now() - started < budgetMs) {
      const begin: WalkPlace = at;
      const wanted = limit - rows.length;
      const ends: { rows: StepEnd[] } = await db.pool.query<StepEnd>(endOfStep, [begin.campaign, begin.recipient]);
      const end = ends.rows[0] ?? null;
      const step = [begin.campaign, begin.recipient, parts, beginnings, ending, wanted, lost];
      const found: MessageRow[] = (await db.pool.query<MessageRow>(matchesWithin(recipientColumns), step)).rows;
      rows.push(...found);
      const last = found.length === wanted ? found.at(-1) : undefined;
      seen += STEP;
      at = last ? { campaign: last.campaign_id, recipient: last.id, seen } : end && { ...end, seen };
    }
    return { rows, next: at, seen };
  });
}
