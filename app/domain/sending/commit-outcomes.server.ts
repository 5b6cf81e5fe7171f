import type { Database } from '#db/database.ts';
import { contentRefusedForAll, stopCampaign } from '#db/ledger/campaign-life.ts';
import { requestSettle } from '#db/ledger/conclude.ts';
import { type AttemptKey, applyEvents } from '#db/ledger/learn.ts';
import { type Outcome, recordOutcomes } from '#db/ledger/settle.ts';
import { inTransaction } from '#db/transaction.ts';
import { suppress } from '../suppressions/suppress.server.ts';

/**
 * Commits a batch of outcomes and what they mean for their campaigns: an account-level refusal stops the campaign, and so does content
 * that everybody's copy was refused for; who had answered STOP goes on the suppression list. Where provider events came before the
 * answer, what they say is applied now. The common batch, of sent and retrying recipients alone, is one statement.
 */
export async function commitOutcomes(db: Database, outcomes: readonly Outcome[]): Promise<undefined[]> {
  const stopping = firstOfEachCampaign(outcomes.filter(({ outcome }) => outcome === 'account'));
  const refused = firstOfEachCampaign(outcomes.filter(({ failureCode }) => failureCode === 'content_rejected'));
  const settleInS = Math.min(
    ...outcomes.filter(({ status }) => status === 'unknown').map(({ delayS }) => delayS ?? Number.POSITIVE_INFINITY),
  );

  const optedOut = outcomes.filter(({ failureCode }) => failureCode === 'opted_out');

  let overtaken: AttemptKey[] = [];
  if (stopping.length + refused.length + optedOut.length === 0 && settleInS === Number.POSITIVE_INFINITY) {
    overtaken = await recordOutcomes(db.pool, outcomes);
  } else {
    await inTransaction(db.pool, async (client) => {
      overtaken = await recordOutcomes(client, outcomes);
      for (const { campaignId, failureCode, reason } of stopping) {
        await stopCampaign(client, campaignId, failureCode ?? 'configuration', reason ?? 'The provider refused the account.');
      }
      for (const { campaignId, reason } of refused) {
        if (await contentRefusedForAll(client, campaignId)) {
          await stopCampaign(client, campaignId, 'content_rejected', reason ?? 'The provider refused the message itself.');
        }
      }
      if (settleInS !== Number.POSITIVE_INFINITY) await requestSettle(client, settleInS);
      await suppress(
        client,
        optedOut.map(({ campaignId, recipientId, attemptId }) => ({
          ...({
            channel: 'sms',
            address: null,
            reason: 'stop',
            source: process.env.SANDBOX === '1' ? 'sandbox' : 'twilio',
            atMs: null,
          } as const),
          ...{ campaignId, recipientId, attemptId },
        })),
      );
    });
  }
  if (overtaken.length > 0) await applyEvents(db.pool, overtaken);
  return outcomes.map(() => undefined);
}

/** In campaign order, which is the order in which their rows are locked. */
function firstOfEachCampaign(outcomes: Outcome[]): Outcome[] {
  const first = new Map<number, Outcome>();
  for (const outcome of outcomes) if (!first.has(outcome.campaignId)) first.set(outcome.campaignId, outcome);
  return [...first.values()].sort((a, b) => a.campaignId - b.campaignId);
}
