import type { Pool, PoolClient } from 'pg';
import type { MinuteJson } from './insights.ts';

/** The last day in which something happened, oldest first; minutes without attempts are left out. */
export async function minutes(client: Pool | PoolClient, campaignId: number): Promise<MinuteJson[]> {
  const { rows } = await client.query<Omit<MinuteJson, 'minute'> & { minute: Date }>(
    `select minute, accepted, failed, transient from campaign_minutes where campaign_id = $1 order by minute desc limit 1440`,
    [campaignId],
  );
  return rows.reverse().map((row) => ({ ...row, minute: row.minute.toISOString() }));
}

/** As `minutes`, second by second; `minute` is the second's beginning. Reads the campaign's attempts, so only for a campaign with few of them. */
export async function seconds(client: Pool | PoolClient, campaignId: number): Promise<MinuteJson[]> {
  const { rows } = await client.query<Omit<MinuteJson, 'minute'> & { minute: Date }>(
    `select date_trunc('second', finished_at) as minute, count(*) filter (where outcome = 'accepted')::integer as accepted,
       count(*) filter (where outcome = 'permanent')::integer as failed,
       count(*) filter (where outcome in ('transient', 'unknown'))::integer as transient
     from attempts where campaign_id = $1 group by 1 order by 1`,
    [campaignId],
  );
  return rows.map((row) => ({ ...row, minute: row.minute.toISOString() }));
}
