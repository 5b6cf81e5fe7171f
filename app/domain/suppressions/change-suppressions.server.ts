import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import type { Viewer } from '../access/roles.ts';
import type { Channel } from '../campaigns/campaign.ts';
import { notFound, Problem } from '../problem.ts';
import { type SuppressionRow, suppressionColumns, toSuppressionJson } from './list-suppressions.server.ts';
import { spelled } from './spelling.server.ts';
import type { NewSuppression, SuppressionJson } from './suppression.ts';

/** Nobody sends to it from now on. One that is on the list already stays as it is, unless the new reason is weightier. @throws Problem 422 */
export async function addSuppression(db: Database, viewer: Pick<Viewer, 'label'>, added: NewSuppression): Promise<SuppressionJson> {
  const values = [added.channel, spelled(added.channel, added.address), added.reason, viewer.label];
  await db.pool.query(
    `insert into suppressions as s (channel, address, reason, created_by) values ($1, $2, $3, $4)
     on conflict (channel, address) do update set
       reason = excluded.reason, created_by = excluded.created_by, suppressed_at = now(), campaign_id = null, recipient_id = null
     where excluded.reason > s.reason`,
    values,
  );
  const { rows } = await db.pool.query<SuppressionRow>(
    `select ${suppressionColumns} from suppressions s where s.channel = $1 and s.address = $2`,
    values.slice(0, 2),
  );
  if (!rows[0]) throw new Problem(409, 'conflict', 'It was taken off the list at the same moment. Try again.');
  return toSuppressionJson(rows[0]);
}

/** May be sent to again. @throws Problem 404 where it is not on the list, 422 */
export async function removeSuppression(db: Database, { channel, address }: { channel: Channel; address: string }): Promise<void> {
  const { rowCount } = await db.pool.query('delete from suppressions where channel = $1 and address = $2', [
    channel,
    spelled(channel, address),
  ]);
  if (!rowCount) throw notFound('This address is not on the list; there is nothing');
}

/** May be sent to again. @throws Problem 404 */
export async function removeSuppressionById(db: Database, id: number): Promise<void> {
  const { rowCount } = await db.pool.query('delete from suppressions where id = $1', [id]);
  if (!rowCount) throw notFound('This address is not on the list; there is nothing');
}

/** @throws Problem 409 where nobody sends to this address (in the ledger's spelling) */
export async function assertNotSuppressed(client: PoolClient, channel: Channel, address: string): Promise<void> {
  const { rowCount } = await client.query('select from suppressions where channel = $1 and address = $2', [channel, address]);
  if (!rowCount) return;
  throw new Problem(
    409,
    'suppressed',
    'This person is on the suppression list and is never sent to. Take them off the list first, if they asked for it.',
  );
}

/** How many of a campaign's list would not be sent to. The smaller of both lists is looked up in the larger one. */
export async function suppressedOfList(db: Database, campaignId: number): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>(
    `select count(*)::integer as count from campaigns c
     join suppressions s on s.channel = c.channel
     join recipients r on r.campaign_id = c.id and r.address = s.address and r.status = 'pending'
     where c.id = $1`,
    [campaignId],
  );
  return rows[0]?.count ?? 0;
}
