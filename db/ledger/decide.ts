import type { PoolClient } from 'pg';
import { becomes } from './becomes.ts';

const arrived = becomes('decide', 'sent', { sent_at: 'now()', failure_code: 'null', failure_reason: 'null' });
const lost = becomes('decide', 'failed', {
  failed_at: 'coalesce(r.failed_at, now())',
  failure_code: `'not_arrived'`,
  failure_reason: '$3',
});

/**
 * A person says what became of recipients whose outcome is unknown, was given up as unknown or was decided before.
 *
 * @param ids recipients that the transaction has locked
 * @param by whoever says it, for the reason of those that failed
 */
export async function decideRecipients(
  client: PoolClient,
  campaignId: number,
  ids: readonly number[],
  outcome: 'sent' | 'failed',
  by: string,
): Promise<void> {
  if (outcome === 'sent') {
    await client.query(`update recipients r set ${arrived} where r.campaign_id = $1 and r.id = any($2::bigint[])`, [campaignId, ids]);
    return;
  }
  const reason = `${by} found that the message did not arrive.`;
  await client.query(`update recipients r set ${lost} where r.campaign_id = $1 and r.id = any($2::bigint[])`, [campaignId, ids, reason]);
}
