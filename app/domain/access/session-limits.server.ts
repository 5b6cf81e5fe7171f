import { z } from 'zod';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { parseInput } from '../parse-input.ts';
import { audit } from './audit.server.ts';
import { assertRuns } from './people-guard.server.ts';
import type { Viewer } from './roles.ts';

/** When a session ends: so long without use, and so long after it began. */
export interface SessionLimits {
  idle_hours: number;
  longest_days: number;
}

const whole = (least: number, most: number) => {
  const error = `Enter a whole number from ${least} to ${most}.`;
  return z
    .string(error)
    .trim()
    .regex(/^\d{1,4}$/, error)
    .transform(Number)
    .refine((n) => n >= least && n <= most, error);
};
const input = z
  .strictObject({ idle_hours: whole(1, 720), longest_days: whole(1, 90) })
  .refine(({ idle_hours, longest_days }) => idle_hours <= longest_days * 24, {
    path: ['idle_hours'],
    error: 'A session cannot be idle for longer than it lasts.',
  });

export async function readSessionLimits(db: Database): Promise<SessionLimits> {
  const { rows } = await db.pool.query<SessionLimits>('select idle_hours, longest_days from session_limits');
  return rows[0] ?? { idle_hours: 12, longest_days: 30 };
}

/** Holds for every session, in every process within seconds. @throws Problem 403, 422 */
export async function changeSessionLimits(
  db: Database,
  viewer: Viewer,
  wanted: Record<keyof SessionLimits, string>,
): Promise<SessionLimits> {
  assertRuns(viewer);
  const limits = parseInput(input, wanted);
  await inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<SessionLimits>('select idle_hours, longest_days from session_limits for update');
    await client.query('update session_limits set idle_hours = $1, longest_days = $2', [limits.idle_hours, limits.longest_days]);
    await audit(client, {
      action: 'settings.change',
      actor: viewer,
      object: { type: 'setting', name: 'Sessions' },
      before: rows[0] && { ...rows[0] },
      after: { ...limits },
    });
  });
  return limits;
}

const REMEMBERED_MS = 5_000;
const MINUTE_MS = 60_000;

interface KnownSession {
  id: string;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * Whether a session may still be used; one that may not ends. Its last use is written down once a minute. The limits are those of at most 5 s
 * ago, since each request asks.
 *
 * @returns takes `used`: false for programs of ours that only look whether it still holds, such as open pages
 */
export function createSessionKeeper(db: Database): (session: KnownSession, used: boolean) => Promise<boolean> {
  let known: { limits: Promise<SessionLimits>; until: number } | undefined;
  const limitsNow = () => {
    if (known && known.until > performance.now()) return known.limits;
    const mine = { limits: readSessionLimits(db), until: performance.now() + REMEMBERED_MS };
    known = mine;
    mine.limits.catch(() => {
      if (known === mine) known = undefined;
    });
    return mine.limits;
  };

  return async ({ id, createdAt, updatedAt }, used) => {
    const { idle_hours, longest_days } = await limitsNow();
    const idleMs = Date.now() - updatedAt.getTime();
    if (idleMs > idle_hours * 60 * MINUTE_MS || Date.now() - createdAt.getTime() > longest_days * 24 * 60 * MINUTE_MS) {
      await db.pool.query('delete from app_sessions where id = $1', [id]);
      return false;
    }
    if (used && idleMs > MINUTE_MS)
      await db.pool.query(`update app_sessions set updated_at = now() where id = $1 and updated_at < now() - interval '1 minute'`, [id]);
    return true;
  };
}
