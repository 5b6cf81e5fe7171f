import type { Pool, PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { notFound } from '../problem.ts';
import type { CampaignJson } from './campaign.ts';
import {
  type CampaignListRow,
  type CampaignRow,
  type CampaignSummary,
  campaignColumns,
  listColumns,
  toCampaignJson,
  toCampaignListItem,
} from './campaign-json.ts';
import { retryWindowS } from './retry-window.server.ts';

/** @throws Problem 404 */
export async function getCampaign(db: Database, id: number): Promise<CampaignJson> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<CampaignRow>(`select ${campaignColumns} from campaigns where id = $1`, [id]);
  if (!rows[0]) throw notFound('There is no campaign');
  return toCampaignJson(rows[0], retryWindowS());
}

/** The campaign without its content, which may be 2 MB: what changes while it is sent. @throws Problem 404 */
export async function getCampaignSummary(db: Database, id: number): Promise<CampaignSummary> {
  ask('campaigns:read');
  return readCampaignSummary(db.pool, id);
}

/** The same on a connection of one's own. @throws Problem 404 */
export async function readCampaignSummary(client: Pool | PoolClient, id: number): Promise<CampaignSummary> {
  const { rows } = await client.query<CampaignListRow>(`select ${listColumns} from campaigns where id = $1`, [id]);
  if (!rows[0]) throw notFound('There is no campaign');
  return toCampaignListItem(rows[0], retryWindowS());
}
