import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import type { Viewer } from '../access/roles.ts';
import type { Channel } from '../channel.ts';
import { notFound } from '../problem.ts';
import { addSuppression } from '../suppressions/change-suppressions.server.ts';

/** Nobody sends to the address that this recipient has now. @throws Problem 404 */
export async function suppressRecipient(db: Database, viewer: Pick<Viewer, 'label'>, campaignId: number, id: number): Promise<void> {
  ask('suppressions:write', 'people:read');
  const { rows } = await db.pool.query<{ channel: Channel; address: string }>(
    `select c.channel, r.address from recipients r join campaigns c on c.id = r.campaign_id where r.campaign_id = $1 and r.id = $2`,
    [campaignId, id],
  );
  if (!rows[0]) throw notFound('There is no recipient');
  await addSuppression(db, viewer, { ...rows[0], reason: 'manual' });
}
