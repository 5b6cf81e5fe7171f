import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { heavyQuery } from '../heavy-reads.server.ts';
import type { CampaignJson } from './campaign.ts';
import { listCampaigns } from './list-campaigns.server.ts';

export type FoundCampaign = Pick<CampaignJson, 'id' | 'name' | 'channel' | 'status'>;

/** Campaigns for a search while it is typed: those called exactly so, then those that have it in their name or subject; newest first. */
export async function suggestCampaigns(db: Database, q: string, limit: number): Promise<FoundCampaign[]> {
  ask('campaigns:read');
  const [called, { data }] = await Promise.all([
    heavyQuery<FoundCampaign>(
      db,
      'select id, name, channel, status from campaigns where lower(name) = lower($1) order by active_at desc, id desc limit $2',
      [q.replaceAll('\0', ''), limit],
    ),
    listCampaigns(db, { q, limit }),
  ]);
  const found = new Map([...called.rows, ...data].map(({ id, name, channel, status }) => [id, { id, name, channel, status }]));
  return [...found.values()].slice(0, limit);
}
