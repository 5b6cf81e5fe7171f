import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';

/** When something last happened to each of these campaigns, ISO 8601. */
export async function activityTimes(db: Database, ids: readonly number[]): Promise<Record<number, string>> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<{ id: number; active_at: Date }>(
    'select id, active_at from campaigns where id = any($1::bigint[])',
    [ids],
  );
  return Object.fromEntries(rows.map(({ id, active_at }) => [id, active_at.toISOString()]));
}
