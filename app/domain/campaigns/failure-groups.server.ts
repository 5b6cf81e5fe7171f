import type { Pool, PoolClient } from 'pg';
import { ask } from '../access/ask.server.ts';
import { failureLabel } from '../failures.ts';
import type { FailureGroup } from './failure-group.ts';

/** Why recipients failed, the largest group first; read from kept counts, so it costs the same for any list. */
export async function failureGroups(client: Pool | PoolClient, campaignId: number): Promise<FailureGroup[]> {
  ask('campaigns:read');
  const { rows } = await client.query<{ code: string; count: number }>(
    `select failure_code as code, recipients as count from campaign_failures
     where campaign_id = $1 and recipients > 0 order by recipients desc, failure_code`,
    [campaignId],
  );
  return rows.map(({ code, count }) => ({ code, label: failureLabel(code), count }));
}
