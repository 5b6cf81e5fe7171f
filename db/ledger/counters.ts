import type { Pool } from 'pg';
import { inTransaction } from '../transaction.ts';
import { statuses } from './transitions.ts';

/**
 * Compares a campaign's kept counters with its ledger in one snapshot and, where they differ, sets them right under the campaign's lock.
 * The triggers make a difference impossible; this is the proof that it stays so.
 *
 * @returns whether they differed
 */
export async function mendCounters(pool: Pool, campaignId: number): Promise<boolean> {
  const counts = statuses.map((status) => `count(*) filter (where r.status = '${status}')::integer as ${status}`).join(', ');
  const differs = `(${statuses.map((status) => `c.${status}`).join(', ')}) is distinct from (${statuses.map((status) => `l.${status}`).join(', ')})`;
  const ledger = `campaigns c cross join lateral (
    select ${counts}, count(*)::integer as total,
      count(*) filter (where r.status = 'unknown' and r.unknown_until is null)::integer as held
    from recipients r where r.campaign_id = c.id) l`;
  const { rowCount } = await pool.query(`select from ${ledger} where c.id = $1 and ${differs}`, [campaignId]);
  if (!rowCount) return false;
  return inTransaction(pool, async (client) => {
    await client.query('select from campaigns where id = $1 for no key update', [campaignId]);
    const set = statuses.map((status) => `${status} = l.${status}`).join(', ');
    const { rowCount: repaired } = await client.query(
      `update campaigns set total = l.total, held = l.held, ${set} from (select l.* from ${ledger} where c.id = $1 and ${differs}) l where campaigns.id = $1`,
      [campaignId],
    );
    return Boolean(repaired);
  });
}
