import type { Pool, PoolClient } from 'pg';
import type { ActivityDetails, ActivityKind } from './activity.ts';

/** Writes down what somebody did to a campaign, in the transaction that did it. Changes of status are written by a trigger. */
export async function logEvent(
  client: Pool | PoolClient,
  event: { campaignId: number; kind: ActivityKind; actor: string | null; details: ActivityDetails },
): Promise<void> {
  await client.query('insert into campaign_events (campaign_id, kind, actor, details) values ($1, $2, $3, $4)', [
    event.campaignId,
    event.kind,
    event.actor,
    event.details,
  ]);
}
