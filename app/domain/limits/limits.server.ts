import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Channel } from '../channel.ts';
import { conflict } from '../problem.ts';
import type { LimitJson, WorkerJson } from './limit.ts';
import { setRate } from './provider-gates.server.ts';
import { readLimits, requestProbeNow } from './read-limits.server.ts';

export async function getLimits(
  db: Database,
  env: { emailRate?: number | undefined; smsRate?: number | undefined },
): Promise<{ limits: LimitJson[]; workers: WorkerJson[] }> {
  ask('settings:write');
  const { gates, workers } = await readLimits(db.pool);
  return {
    limits: gates.map(({ channel, rate, heldSince, holdUntil, holdReason }) => ({
      channel,
      rate,
      default_rate: (channel === 'email' ? env.emailRate : env.smsRate) ?? null,
      hold: heldSince && holdUntil ? { since: heldSince.toISOString(), until: holdUntil.toISOString(), reason: holdReason ?? '' } : null,
    })),
    workers: workers.map(({ startedAt, ...worker }) => ({ ...worker, started_at: startedAt.toISOString() })),
  };
}

/** Holds for all workers within a second. @param rate messages per second; null: as the environment says; 0 stops the channel */
export async function changeRate(db: Database, channel: Channel, rate: number | null): Promise<void> {
  ask('settings:write');
  await setRate(db.pool, channel, rate, (client, former) =>
    audit(client, { action: 'limit.change', object: { type: 'limit', id: channel }, before: { rate: former }, after: { rate } }),
  );
}

/** Sends the next probe at once instead of at the end of the hold. @throws Problem 409 where the provider is not held */
export async function tryNow(db: Database, channel: Channel): Promise<void> {
  ask('settings:write');
  if (!(await requestProbeNow(db.pool, channel))) throw conflict('The provider is not held any more: messages go out again.', 'not_held');
  await audit(db.pool, { action: 'limit.try', object: { type: 'limit', id: channel } });
}
