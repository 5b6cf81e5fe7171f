import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, invalid } from '../problem.ts';
import { auditedDraft } from './audited-draft.server.ts';
import type { CampaignJson } from './campaign.ts';
import { type CampaignPatch, campaignPatch, channelErrors } from './campaign-input.ts';
import { type CampaignRow, campaignColumns, toCampaignJson } from './campaign-json.ts';
import { type LockDraftOptions, lockDraft } from './lock-draft.server.ts';
import { retryWindowS } from './retry-window.server.ts';

/**
 * Changes the fields that the patch names. The channel may change while there are no recipients; content that the
 * new channel cannot have is dropped then.
 *
 * @param by whose change it is, and the revisions of which it must be one
 * @throws Problem 404, 409 unless DRAFT, 412 where it is another than was seen, 422 with the path of each bad field
 */
export async function updateCampaign(
  db: Database,
  id: number,
  input: CampaignPatch,
  by: Pick<LockDraftOptions, 'viewer' | 'seen'> = {},
): Promise<CampaignJson> {
  ask('campaigns:write');
  const patch = parseInput(campaignPatch, input);
  return inTransaction(db.pool, async (client) => {
    const { sender, ...current } = await lockDraft(client, id, 'changed', by);
    const switched = patch.channel !== undefined && patch.channel !== current.channel;
    if (switched && current.total > 0) throw conflict('The channel is fixed once there are recipients. Remove them first.');

    const kept = { ...current, from: sender, ...(switched && { from: null, subject: null, html: null }) };
    const next = { ...kept, ...withoutUndefined(patch) };
    const errors = channelErrors(next);
    if (errors.length > 0) throw invalid(errors);

    const { rows } = await client.query<CampaignRow>(
      `update campaigns set name = $2, channel = $3, subject = $4, html = $5, text = $6, sender = $7, max_retries = $8, unknown_policy = $9
       where id = $1 returning ${campaignColumns}`,
      [id, next.name, next.channel, next.subject, next.html, next.text, next.from, next.max_retries, next.unknown_policy],
    );
    const changed = toCampaignJson(rows[0] as CampaignRow, retryWindowS());
    const object = { type: 'campaign', id, name: changed.name };
    const before = auditedDraft({ ...current, from: sender });
    await audit(client, { action: 'campaign.change', object, before, after: auditedDraft(changed), gather: 'pages' });
    return changed;
  });
}

function withoutUndefined<T extends object>(patch: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
