import type { Database } from '#db/database.ts';

/** Attempts that ended in one minute. */
export interface MinuteJson {
  /** The minute's beginning, ISO 8601 in UTC. */
  minute: string;
  accepted: number;
  failed: number;
  /** Those that are tried again: transient and unknown outcomes. */
  transient: number;
}

/** The last day in which something happened, oldest first; minutes without attempts are left out. */
export async function minutes(db: Database, campaignId: number): Promise<MinuteJson[]> {
  const { rows } = await db.pool.query<Omit<MinuteJson, 'minute'> & { minute: Date }>(
    `select minute, accepted, failed, transient from campaign_minutes where campaign_id = $1 order by minute desc limit 1440`,
    [campaignId],
  );
  return rows.reverse().map((row) => ({ ...row, minute: row.minute.toISOString() }));
}
