import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { startRound } from '#db/ledger/campaign-life.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { Problem } from '../problem.ts';
import { failureGroups } from './failure-groups.server.ts';
import { getCampaign } from './get-campaign.server.ts';
import { lockCampaign } from './locked-campaign.server.ts';
import { NOT_TRIED, previewRetry, type RetryPreview, retriedByDefault, retryClosed } from './retry-rules.ts';

/** What a retry of this campaign would send to, by reason. Costs the same for any number of recipients. @throws Problem 404 */
export async function getRetryPreview(db: Database, id: number): Promise<RetryPreview> {
  ask('campaigns:read');
  const [campaign, failures] = await Promise.all([getCampaign(db, id), failureGroups(db.pool, id)]);
  const { pending, suppressed, unknown_policy, retries_left, retry_until } = campaign;
  return previewRetry(failures, pending, suppressed, unknown_policy, { retries_left, retry_until });
}

/**
 * Starts a retry round: the chosen failed recipients, and those never tried, get a fresh attempt budget. Only the campaign's row changes
 * here, under its lock, so of two clicks at once one starts the round; the task `move_recipients` does the rest.
 *
 * @param codes failure codes to send to again; default: those that may pass. Recipients never tried are always part of it.
 * @returns how many will be sent to
 * @throws Problem 404; 409 in another state, after the window, with no retries left, or with nothing to retry; 422 for an unknown code
 */
export async function retryCampaign(
  db: Database,
  viewer: Viewer,
  id: number,
  { codes, windowS }: { codes?: readonly string[] | undefined; windowS: number },
): Promise<{ retried: number; retries_left: number }> {
  ask('campaigns:send');
  return inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, viewer, id);
    const closed = retryClosed(campaign, campaign.now, windowS);
    if (closed) throw new Problem(409, closed.code, closed.message);

    const failures = await failuresOf(client, id);
    const unknown = codes?.filter((code) => code !== NOT_TRIED && !failures.has(code)) ?? [];
    if (unknown.length > 0) {
      const errors = [{ path: 'codes', message: `Nobody in this campaign failed for: ${unknown.join(', ')}.` }];
      throw new Problem(422, 'invalid', errors[0]?.message ?? '', { errors });
    }
    const chosen = (codes ?? [...failures.keys()].filter((code) => retriedByDefault(code, campaign.unknown_policy))).filter(
      (code) => code !== NOT_TRIED,
    );
    const retried = campaign.pending + chosen.reduce((sum, code) => sum + (failures.get(code) ?? 0), 0);
    if (retried === 0) {
      throw new Problem(
        409,
        'nothing_to_retry',
        'There is nobody to retry: what failed would fail again. Choose the reasons to send to anyway.',
      );
    }

    await startRound(client, id, chosen, viewer.label);
    await audit(client, {
      action: 'campaign.retry',
      object: { type: 'campaign', id, name: campaign.name },
      after: { retried, codes: chosen, round: campaign.retry_count + 1 },
    });
    return { retried, retries_left: campaign.max_retries - campaign.retry_count - 1 };
  });
}

async function failuresOf(client: PoolClient, id: number): Promise<Map<string, number>> {
  const { rows } = await client.query<{ failure_code: string; recipients: number }>(
    'select failure_code, recipients from campaign_failures where campaign_id = $1 and recipients > 0',
    [id],
  );
  return new Map(rows.map(({ failure_code, recipients }) => [failure_code, recipients]));
}
