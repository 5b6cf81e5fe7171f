import type { Database } from '#db/database.ts';
import { numbersInUse } from '../addresses/numbers-in-use.server.ts';
import type { Channel } from '../channel.ts';
import { heavyQuery } from '../heavy-reads.server.ts';

/** One number of each country in a campaign's list: shows whose national numbers can be meant in it. */
export async function numbersOf(db: Database, campaignId: number, channel: Channel): Promise<string[]> {
  if (channel === 'email') return [];
  const { rows } = await heavyQuery<{ address: string }>(db, numbersInUse('recipients where campaign_id = $1'), [campaignId]);
  return rows.map(({ address }) => address);
}
