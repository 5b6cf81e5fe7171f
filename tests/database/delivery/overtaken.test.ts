import { afterAll, beforeAll, expect, test } from 'vitest';
import { logEvents } from '#app/domain/delivery/provider-events.server.ts';
import { commitOutcomes } from '#app/domain/sending/commit-outcomes.server.ts';
import type { Claim } from '#db/ledger/claim.ts';
import { claimChunk } from '#db/ledger/claim-chunk.ts';
import { applyEvents } from '#db/ledger/learn.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

async function claimOne(): Promise<Claim> {
  const id = await draftCampaign(own.db, { addresses: numbered(1) });
  await own.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
  const { claims } = await claimChunk(own.db.pool, { campaignId: id, after: 0, count: 1, workerId: null });
  return claims[0] as Claim;
}

// The provider has the message, whatever it answered: the event is being written down at the moment in which the answer is.
test.each([
  ['retrying', 'delivered'],
  ['retrying', null],
  ['failed', 'delivered'],
  ['failed', null],
  ['pending', null],
  ['unknown', null],
] as const)('a recipient that the answer makes %s is sent by an event (%s) that is not committed yet', async (status, delivery) => {
  const { campaignId, recipientId, attemptId } = await claimOne();
  const client = await own.db.pool.connect();
  try {
    await client.query('begin');
    const told = { campaignId, recipientId, attemptId, occurredAtMs: null, code: null, failureCode: null, reason: null };
    const kind = delivery ?? 'processed';
    await logEvents(client, [{ ...told, provider: 'sendgrid', eventId: `${kind} of ${attemptId}`, kind, delivery }]);
    await applyEvents(client, [told]);
    const failed = status === 'failed' || status === 'retrying' || status === 'unknown';
    const committed = commitOutcomes(own.db, [
      {
        ...{
          campaignId,
          recipientId,
          attemptId,
          status,
          refund: status === 'pending',
          httpStatus: null,
          providerCode: null,
          retryAfterS: null,
        },
        ...{ providerMessageId: null, reason: failed ? 'No.' : null, failureCode: failed ? 'provider_error' : null },
        outcome: ({ retrying: 'transient', failed: 'permanent', pending: 'transient', unknown: 'unknown' } as const)[status],
        delayS: status === 'retrying' || status === 'unknown' ? 2 : null,
      },
    ]);
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await own.db.pool.query(waits)).rowCount).toBe(1);
    await client.query('commit');
    await committed;
  } finally {
    client.release();
  }
  const { rows } = await own.db.pool.query('select status, delivery from recipients where campaign_id = $1', [campaignId]);
  expect(rows).toEqual([{ status: 'sent', delivery }]);
});
