import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelCampaign } from '#app/domain/campaigns/life.server.ts';
import { resolveUnknown } from '#app/domain/recipients/resolve-recipient.server.ts';
import { finishMove } from '#db/ledger/campaign-life.ts';
import { type Claim, claimRecipients, type SendKey } from '#db/ledger/claim.ts';
import { claimChunk, endChunks, reclaimChunk } from '#db/ledger/claim-chunk.ts';
import { moveRecipients } from '#db/ledger/give-back.ts';
import { type Outcome, recordOutcomes } from '#db/ledger/settle.ts';
import { writeByHand } from '#tests/support/by-hand.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());

const ana = { id: '1', name: 'Ana', email: null, role: 'admin', via: 'session', label: 'Ana' } as const;
const start = (id: number) =>
  test_.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
const statusOf = async (id: number) =>
  (
    await test_.db.pool.query(
      `select status, sent, failed, pending, queued, failure_code, dispatch_requested from campaigns where id = $1`,
      [id],
    )
  ).rows[0];

/** The next of the list, claimed. */
async function claims(campaignId: number, count: number, workerId: number | null = null): Promise<Claim[]> {
  return (await claimChunk(test_.db.pool, { campaignId, after: 0, count, workerId })).claims;
}

/** Everybody is queued, as somebody is whom a person sends to again; what their jobs would carry. */
async function queued(campaignId: number): Promise<SendKey[]> {
  const { rows } = await test_.db.pool.query<SendKey>(
    `update recipients set status = 'queued', dispatch_seq = dispatch_seq + 1 where campaign_id = $1
     returning campaign_id, id as recipient_id, dispatch_seq`,
    [campaignId],
  );
  return rows;
}

/** How many jobs of these tasks there are for a campaign. */
async function jobs(
  campaignId: number,
  task: string,
): Promise<{ attempts: number; max_attempts: number; run_at: Date; key: string | null }[]> {
  const { rows } = await test_.db.pool.query(
    `select j.attempts, j.max_attempts, j.run_at, j.key from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = $2 and (j.payload ->> 'campaign_id')::bigint = $1 order by j.id`,
    [campaignId, task],
  );
  return rows;
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
  test('tells a person’s cancel of a campaign that was opened again from its end', async () => {
    const { db } = test_;
    const kinds = async (id: number) => {
      const { rows } = await db.pool.query<{ kind: string; from: string }>(
        `select kind, details ->> 'from' as from from campaign_events where campaign_id = $1 and details ? 'to' order by id`,
        [id],
      );
      return rows.map(({ kind, from }) => `${kind} from ${from}`);
    };
    const failed = {
      outcome: 'unknown',
      status: 'failed',
      failureCode: 'outcome_unknown',
      httpStatus: null,
      providerMessageId: null,
    } as const;
    const begun = async () => {
      const id = await draftCampaign(db, { addresses: numbered(2) });
      await start(id);
      const [one] = await claims(id, 1);
      await recordOutcomes(db.pool, [outcome(one as Claim, failed)]);
      return id;
    };
    const moved = async (id: number) => finishMove(db.pool, id, await moveRecipients(db.pool, id));
    const again = (id: number) => resolveUnknown(db, ana, id, { outcome: 'resend' });
    const ended = await begun();
    const [other] = await claims(ended, 1);
    await recordOutcomes(db.pool, [outcome(other as Claim, {})]);
    await again(ended);
    await cancelCampaign(db, ana, ended);
    expect(await kinds(ended)).toEqual([
      'started from DRAFT',
      'ended from SENDING',
      'reopened from PARTIALLY_SENT',
      'cancelled from SENDING',
    ]);

    const cancelled = await begun();
    await cancelCampaign(db, ana, cancelled);
    await moved(cancelled);
    await again(cancelled);
    const [key] = (
      await db.pool.query<SendKey>(
        `select campaign_id, id as recipient_id, dispatch_seq from recipients where campaign_id = $1 and status = 'queued'`,
        [cancelled],
      )
    ).rows;
    const [claim] = await claimRecipients(db.pool, [key as SendKey]);
    await recordOutcomes(db.pool, [outcome(claim as Claim, failed)]);
    await again(cancelled);
    await cancelCampaign(db, ana, cancelled);
    expect(await kinds(cancelled)).toEqual([
      ...['started from DRAFT', 'cancelled from SENDING', 'reopened from CANCELLED', 'ended from SENDING'],
      ...['reopened from CANCELLED', 'cancelled from SENDING'],
    ]);
  });

  test('follows recipients from pending to the end and ends the campaign with the last of them', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(3) });
    await start(id);
    const { claims, ...rest } = await claimChunk(db.pool, { campaignId: id, after: 0, count: 5, workerId: null });
    const [first, second, third] = claims as [Claim, Claim, Claim];
    expect(claims.map(({ number, round }) => [number, round])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    expect(rest).toEqual({ taken: 3, last: third.recipientId, sends: true });
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
    const [key] = (await queued(id)) as [SendKey];
    const same = await claimRecipients(db.pool, [key, key]);
    const later = await claimRecipients(db.pool, [key]);
    const stale = await claimRecipients(db.pool, [{ ...key, dispatch_seq: key.dispatch_seq - 1 }]);
    expect([...same, ...later, ...stale].filter((claim) => claim !== null)).toHaveLength(1);
  });

  test('hands a claim out again to the worker that lost the answer, and to nobody else', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(2) });
    await start(id);
    const keys = await queued(id);
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

  test('hands a chunk out again to the worker that lost the answer: those that it does not hold, under the same attempts', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(6) });
    await start(id);
    const held = await claims(id, 2, 7);
    await claims(id, 1, 8);
    const lost = await claims(id, 2, 7);
    const again = await reclaimChunk(db.pool, {
      campaignId: id,
      workerId: 7,
      isHeld: (attempt) => held.some(({ attemptId }) => attemptId === attempt),
    });
    expect(again).toMatchObject(lost);
    expect(await reclaimChunk(db.pool, { campaignId: id, workerId: 9, isHeld: () => false })).toEqual([]);
    expect((await statusOf(id)).pending).toBe(1);
  });

  test('waits for a chunk whose answer was lost until it is committed', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(3) });
    await start(id);
    const client = await db.pool.connect();
    await client.query('begin');
    const lost = await claimChunk(client as never, { campaignId: id, after: 0, count: 3, workerId: 7 });
    const again = reclaimChunk(db.pool, { campaignId: id, workerId: 7, isHeld: () => false });
    await expect
      .poll(
        async () =>
          (await db.pool.query(`select from pg_stat_activity where wait_event = 'advisory' and datname = current_database()`)).rowCount,
      )
      .toBe(1);
    await client.query('commit');
    client.release();
    expect(await again).toMatchObject(lost.claims);
  });

  test('records an outcome once, however often it is committed', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(2) });
    await start(id);
    const [claim] = await claims(id, 1);
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
    // Its retry is a job of its own, with the attempts that are left, at the time that the ledger says.
    const due = (await db.pool.query(`select next_attempt_at from recipients where campaign_id = $1 and status = 'retrying'`, [id])).rows;
    expect(await jobs(id, 'send_email')).toEqual([{ attempts: 0, max_attempts: 3, run_at: due[0].next_attempt_at, key: null }]);
    expect(await counterDrift(db)).toEqual([]);
  });

  test('gives a refused claim back with its attempts kept', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(5) });
    await start(id);
    const keys = await queued(id);
    await db.pool.query(`update campaigns set status = 'PAUSED', doing = 'nothing' where id = $1`, [id]);
    expect(await claimRecipients(db.pool, keys)).toEqual([null, null, null, null, null]);
    expect(await statusOf(id)).toMatchObject({ status: 'PAUSED', pending: 5, queued: 0 });
  });

  test('keeps 0 recipients back when a paused or cancelled campaign is swept', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(3_000) });
    await start(id);
    await queued(id);
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
    const [claim] = await claims(id, 1);
    if (!claim) throw new Error('nothing was claimed');
    await recordOutcomes(db.pool, [outcome(claim, { outcome: 'account', status: 'pending', refund: true })]);
    await db.pool.query(`update recipients set status = 'pending' where campaign_id = $1`, [id]);
    await expect(db.pool.query('delete from recipients where campaign_id = $1 and id = $2', [id, claim.recipientId])).rejects.toThrow(
      'never deleted',
    );
    await db.pool.query('delete from recipients where campaign_id = $1 and id <> $2', [id, claim.recipientId]);
  });

  test('claims nobody of a campaign that may not send, and says so', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(3) });
    await start(id);
    for (const [now, back] of [
      [
        `update campaigns set status = 'PAUSED', doing = 'nothing' where id = $1`,
        `update campaigns set status = 'SENDING', doing = 'sending' where id = $1`,
      ],
      ...[`hold_until = now(), held_since = now(), hold_reason = 'It is ill.'`, 'rate = 0'].map((what) => [
        `update provider_gates set ${what} where channel = (select channel from campaigns where id = $1)`,
        `update provider_gates set hold_until = null, held_since = null, hold_reason = null, rate = null where channel = (select channel from campaigns where id = $1)`,
      ]),
    ] as [string, string][]) {
      await db.pool.query(now, [id]);
      expect(await claimChunk(db.pool, { campaignId: id, after: 0, count: 3, workerId: null })).toEqual({
        claims: [],
        taken: 0,
        last: 0,
        sends: false,
      });
      await db.pool.query(back, [id]);
    }
    expect(await claims(id, 3)).toHaveLength(3);
  });

  test('asks for one chunk a worker, once, however many become pending', async () => {
    const { db } = test_;
    const id = await draftCampaign(db, { addresses: numbered(4) });
    await start(id);
    await claims(id, 4);
    expect(await endChunks(db.pool, id)).toBe(true);
    await db.pool.query('delete from graphile_worker._private_jobs');
    await db.pool.query(`insert into workers (pool_id, host, pid) values ('one', 'here', 1), ('two', 'here', 2)`);
    for (const turn of [1, 2]) {
      await db.pool.query(
        `update recipients set status = 'pending', claimed_at = null, claimed_by = null
         where id in (select id from recipients where campaign_id = $1 and status = 'sending' order by id limit 2)`,
        [id],
      );
      expect(
        (await jobs(id, 'send_email_chunk')).map(({ key }) => key),
        `after ${turn}`,
      ).toEqual([`chunk:${id}:1`, `chunk:${id}:2`]);
    }
    await db.pool.query('delete from workers');
  });

  test('forgets nobody who becomes pending while a chunk finds nothing', async () => {
    const { db } = test_;
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
      const chunk = async () => {
        while ((await claims(id, 1)).length === 0) if (await endChunks(db.pool, id)) return;
      };
      const [, round] = await Promise.all([chunk(), moveRecipients(db.pool, id)]);
      await finishMove(db.pool, id, round);
      const { pending } = await statusOf(id);
      expect(pending === 0 || (await jobs(id, 'send_email_chunk')).length > 0).toBe(true);
    }
  });
});
