import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishMove } from '#db/ledger/campaign-life.ts';
import { claimRecipients, type SendKey } from '#db/ledger/claim.ts';
import { moveRecipients } from '#db/ledger/give-back.ts';
import { dispatchRecipients } from '#db/ledger/offer.ts';
import { type Outcome, recordOutcomes } from '#db/ledger/settle.ts';
import { dispatchCampaign } from '#tasks/dispatch-campaign.ts';
import { writeByHand } from '#tests/support/by-hand.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());

const start = (id: number) =>
  test_.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
const statusOf = async (id: number) =>
  (
    await test_.db.pool.query(
      `select status, sent, failed, pending, queued, failure_code, dispatch_requested from campaigns where id = $1`,
      [id],
    )
  ).rows[0];

/** The jobs in the queue as the tasks would get them. */
async function jobs(campaignId: number): Promise<SendKey[]> {
  const { rows } = await test_.db.pool.query<{ payload: SendKey }>(
    `select j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier like 'send_%' and (j.payload ->> 'campaign_id')::bigint = $1 order by j.id`,
    [campaignId],
  );
  return rows.map(({ payload }) => payload);
}

const outcome = (claim: { campaignId: number; recipientId: number; attemptId: number }, rest: Partial<Outcome>): Outcome => ({
  campaignId: claim.campaignId,
  recipientId: claim.recipientId,
  attemptId: claim.attemptId,
  outcome: 'accepted',
  status: 'sent',
  delayS: null,
  refund: false,
  failureCode: null,
  reason: null,
  httpStatus: 202,
  providerCode: null,
  retryAfterS: null,
  providerMessageId: 'm1',
  ...rest,
});

describe('the ledger', () => {
  test('follows recipients from pending to the end and ends the campaign with the last of them', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(3) });
    await start(id);
    expect(await dispatchRecipients(db.pool, id)).toEqual({ queued: 3, more: false });
    const claims = (await claimRecipients(db.pool, await jobs(id))).filter((claim) => claim !== null);
    expect(claims.map(({ number, round }) => [number, round])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    const [first, second, third] = claims as [(typeof claims)[0], (typeof claims)[0], (typeof claims)[0]];
    await recordOutcomes(db.pool, [
      outcome(first, {}),
      outcome(second, { outcome: 'permanent', status: 'failed', failureCode: 'invalid_address', reason: 'No such person.' }),
    ]);
    expect(await statusOf(id)).toMatchObject({ status: 'SENDING', sent: 1, failed: 1 });
    await recordOutcomes(db.pool, [outcome(third, {})]);
    expect(await statusOf(id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 2, failed: 1, failure_code: 'recipients_failed' });
    expect(await counterDrift(db)).toEqual([]);
  });

  test('claims a recipient once, whatever number of jobs names it', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(1) });
    await start(id);
    await dispatchRecipients(db.pool, id);
    const [key] = (await jobs(id)) as [SendKey];
    const same = await claimRecipients(db.pool, [key, key]);
    const later = await claimRecipients(db.pool, [key]);
    const stale = await claimRecipients(db.pool, [{ ...key, dispatch_seq: key.dispatch_seq - 1 }]);
    expect([...same, ...later, ...stale].filter((claim) => claim !== null)).toHaveLength(1);
  });

  test('hands a claim out again to the worker that lost the answer, and to nobody else', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(2) });
    await start(id);
    await dispatchRecipients(db.pool, id);
    const keys = await jobs(id);
    const lost = await claimRecipients(db.pool, keys, 7);
    expect(await claimRecipients(db.pool, keys, 8, true)).toEqual([null, null]);
    expect(await claimRecipients(db.pool, keys, 7)).toEqual([null, null]);
    expect(await claimRecipients(db.pool, keys, 7, true)).toEqual(lost);

    await db.pool.query(`update campaigns set status = 'PAUSED', doing = 'nothing' where id = $1`, [id]);
    expect(await claimRecipients(db.pool, keys, 7, true)).toEqual([null, null]);
    const { rows } = await db.pool.query('select distinct status, attempts from recipients where campaign_id = $1', [id]);
    expect(rows).toEqual([{ status: 'pending', attempts: 0 }]);
    expect(await counterDrift(db)).toEqual([]);
  });

  test('records an outcome once, however often it is committed', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(2) });
    await start(id);
    await dispatchRecipients(db.pool, id);
    const [claim] = await claimRecipients(db.pool, (await jobs(id)).slice(0, 1));
    const result = outcome(claim as NonNullable<typeof claim>, {
      outcome: 'transient',
      status: 'retrying',
      delayS: 2,
      failureCode: 'provider_error',
      reason: 'x',
    });
    await recordOutcomes(db.pool, [result]);
    await recordOutcomes(db.pool, [result]);
    const { rows } = await db.pool.query('select number, outcome from attempts where campaign_id = $1', [id]);
    expect(rows).toEqual([{ number: 1, outcome: 'transient' }]);
    expect(await counterDrift(db)).toEqual([]);
  });

  test('gives a refused claim back with its attempts kept', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(5) });
    await start(id);
    await dispatchRecipients(db.pool, id);
    await db.pool.query(`update campaigns set status = 'PAUSED', doing = 'nothing' where id = $1`, [id]);
    expect(await claimRecipients(db.pool, await jobs(id))).toEqual([null, null, null, null, null]);
    expect(await statusOf(id)).toMatchObject({ status: 'PAUSED', pending: 5, queued: 0 });
  });

  test('keeps 0 recipients back when a paused or cancelled campaign is swept', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(3_000) });
    await start(id);
    await dispatchRecipients(db.pool, id);
    await db.pool.query(`update campaigns set status = 'CANCELLED', doing = 'nothing', finished_at = now() where id = $1`, [id]);
    await finishMove(db.pool, id, await moveRecipients(db.pool, id));
    const { rows } = await db.pool.query('select status, count(*)::int as n from recipients where campaign_id = $1 group by 1', [id]);
    expect(rows).toEqual([{ status: 'cancelled', n: 3_000 }]);
    expect(await counterDrift(db)).toEqual([]);
  });

  test('never changes an attempt', async () => {
    await expect(test_.db.pool.query(`update attempts set reason = 'other'`)).rejects.toThrow('never changed');
    await expect(test_.db.pool.query('delete from attempts')).rejects.toThrow('never changed');
    await expect(test_.db.pool.query('truncate attempts')).rejects.toThrow('never changed');
  });

  test('never deletes somebody who was sent to', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(2) });
    await start(id);
    await dispatchRecipients(db.pool, id);
    const [claim] = await claimRecipients(db.pool, (await jobs(id)).slice(0, 1));
    if (!claim) throw new Error('nothing was claimed');
    await recordOutcomes(db.pool, [outcome(claim, { outcome: 'account', status: 'pending', refund: true })]);
    await db.pool.query(`update recipients set status = 'pending' where campaign_id = $1`, [id]);
    await expect(db.pool.query('delete from recipients where campaign_id = $1 and id = $2', [id, claim.recipientId])).rejects.toThrow(
      'never deleted',
    );
    await db.pool.query('delete from recipients where campaign_id = $1 and id <> $2', [id, claim.recipientId]);
  });

  test('asks for a top-up when the window falls below half, once', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(2_500) });
    await start(id);
    const asked = async () =>
      (
        await db.pool.query(
          `select count(*)::int as n from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         where t.identifier = 'dispatch_campaign' and (j.payload ->> 'campaign_id')::bigint = $1`,
          [id],
        )
      ).rows[0].n;
    const { queued } = await dispatchRecipients(db.pool, id);
    expect(await asked()).toBe(0);
    const keys = await jobs(id);
    for (let i = 0; i < queued * 0.7; i += 100) {
      const claims = await claimRecipients(db.pool, keys.slice(i, i + 100));
      await recordOutcomes(
        db.pool,
        claims.map((claim) => outcome(claim as NonNullable<typeof claim>, {})),
      );
    }
    expect(await asked()).toBe(1);
    await dispatchRecipients(db.pool, id);
    expect(await statusOf(id)).toMatchObject({ dispatch_requested: false });
  });

  test('forgets nobody who becomes pending while a top-up finds nothing', async () => {
    const { db } = test_;
    const top = dispatchCampaign(db, { emailRate: undefined, smsRate: undefined });
    await writeByHand(db.pool);
    for (let turn = 0; turn < 150; turn++) {
      const id = await draftCampaign(db, { addresses: numbered(1) });
      await start(id);
      await db.pool.query(
        `update recipients set status = 'failed', failed_at = now(), failure_code = 'provider_error' where campaign_id = $1`,
        [id],
      );
      await db.pool.query(
        `update campaigns set status = 'SENDING', doing = 'gathering', failed_at = null, finished_at = null, failure_code = null, failure_reason = null,
           retry_codes = '{provider_error}', retried_at = now(), dispatch_requested = true where id = $1`,
        [id],
      );
      const [, round] = await Promise.all([top({ campaign_id: id }, {} as never), moveRecipients(db.pool, id)]);
      await finishMove(db.pool, id, round);
      const { pending } = await statusOf(id);
      const { rows } = await db.pool.query(
        `select from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         where t.identifier = 'dispatch_campaign' and (j.payload ->> 'campaign_id')::bigint = $1`,
        [id],
      );
      expect(pending === 0 || rows.length > 0).toBe(true);
    }
  });
});
