import type { Pool, PoolClient } from 'pg';
import { ask } from '../access/ask.server.ts';
import { Problem } from '../problem.ts';
import { changesText, type DraftChange } from './draft-changes.ts';

/** What was changed since a revision, by whom and when; the newest first, a row a field. */
export async function changesSince(client: Pool | PoolClient, campaignId: number, revision: number): Promise<DraftChange[]> {
  ask('campaigns:read');
  const { rows } = await client.query<{ field: string; revision: number; at: Date; actor: string | null }>(
    'select field, revision, at, actor from draft_changes where campaign_id = $1 and revision > $2 order by revision desc, field',
    [campaignId, revision],
  );
  return rows.map(({ at, actor, ...change }) => ({ ...change, changed_at: at.toISOString(), changed_by: actor }));
}

/** The refusal of what was decided by another revision than the one that stands: who changed what, and when. */
export async function staleRevision(
  client: PoolClient,
  campaign: { id: number; revision: number },
  seen: number,
  status: 409 | 412,
): Promise<Problem> {
  const changes = await changesSince(client, campaign.id, seen);
  const what = seen > campaign.revision ? `There is no revision ${seen} of this draft.` : changesText(changes, Date.now());
  const advice = `${status === 409 ? 'Nothing was sent.' : 'Nothing was changed.'} Look at it as it is now, then decide again.`;
  return new Problem(status, 'stale_revision', `${what} ${advice}`, { details: { revision: campaign.revision, changes } });
}
