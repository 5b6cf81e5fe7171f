import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { isProblem } from '#app/domain/problem.ts';
import { isPassing } from '#db/batch.ts';
import { openDatabase } from '#db/database.ts';
import { finishMove } from '#db/ledger/campaign-life.ts';
import { type Claim, claimRecipients, type SendKey } from '#db/ledger/claim.ts';
import { claimChunk, endChunks, reclaimChunk } from '#db/ledger/claim-chunk.ts';
import { moveRecipients } from '#db/ledger/give-back.ts';
import { type Outcome, recordOutcomes } from '#db/ledger/settle.ts';
import { inTransaction } from '#db/transaction.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

const CAMPAIGNS = 4;
const RECIPIENTS = 1_500;
const viewer = { id: '1', name: 'Ana', email: null, role: 'admin', via: 'session', label: 'Ana' } as const;

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

/** Takes unlocked send jobs as a worker would, of all campaigns mixed, and gives them up. */
async function takeJobs(pool: TestDatabase['db']['pool'], count: number): Promise<SendKey[]> {
  const { rows } = await pool.query<{ payload: SendKey }>(
    `delete from graphile_worker._private_jobs j using (
       select j.id from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier = 'send_email' order by random() limit $1 for update of j skip locked) taken
     where j.id = taken.id returning j.payload`,
    [count],
  );
  return rows.map(({ payload }) => payload);
}

describe('many hands on the ledger at once', () => {
  test('chunks, retries, outcomes, pauses and cancels of several campaigns surface no deadlock and leave no drift', async () => {
    const db = openDatabase(own.url, { max: 12 });
    const ids: number[] = [];
    for (let i = 0; i < CAMPAIGNS; i++) {
      const id = await draftCampaign(db, { addresses: numbered(RECIPIENTS) });
      await db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
      ids.push(id);
    }
    const doomed = ids[CAMPAIGNS - 1] as number;
    const allDone = async () => {
      const { rows } = await db.pool.query<{ open: number }>(
        `select count(*)::int as open from campaigns c where status in ('SENDING', 'PAUSED') or campaign_is_moving(c)`,
      );
      return rows[0]?.open === 0;
    };
    let done = false;

    const worker = async (seed: number) => {
      for (let turn = seed; !done; turn++) {
        await record(turn, await nextOf(ids[turn % CAMPAIGNS] as number, seed + 1, turn % 5 === 0));
        const retries = await claimRecipients(db.pool, await takeJobs(db.pool, 60), seed + 1);
        await record(
          turn,
          retries.filter((claim) => claim !== null),
        );
      }
    };
    /** @param lost the answer: it asks for whom it has claimed, and gets those, but for whom may not be sent to by now */
    const nextOf = async (campaignId: number, workerId: number, lost: boolean): Promise<Claim[]> => {
      const { claims, taken, sends } = await claimChunk(db.pool, { campaignId, after: 0, count: 60, workerId });
      if (sends && taken === 0) await endChunks(db.pool, campaignId);
      if (!lost) return claims;
      const again = await reclaimChunk(db.pool, { campaignId, workerId, isHeld: () => false });
      const claimed = claims.map(({ attemptId }) => attemptId);
      expect(again.filter(({ attemptId }) => !claimed.includes(attemptId))).toEqual([]);
      if (again.length < claimed.length) {
        const { rows } = await db.pool.query(`select from recipients where attempt_id = any($1) and status = 'sending'`, [claimed]);
        expect(rows).toHaveLength(again.length);
      }
      return again;
    };
    const record = async (turn: number, claims: Claim[]) => {
      await recordOutcomes(
        db.pool,
        claims.map(({ number, ...identity }, i): Outcome => {
          const kind = (turn + i) % 10;
          const rest = {
            delayS: null,
            refund: false,
            reason: 'r',
            httpStatus: 500,
            providerCode: null,
            retryAfterS: null,
            providerMessageId: null,
          };
          if (kind === 0) return { ...identity, ...rest, outcome: 'permanent', status: 'failed', failureCode: 'invalid_address' };
          if (kind === 1) return { ...identity, ...rest, outcome: null, status: 'pending', refund: true, failureCode: null };
          if (kind === 2 && number < 4)
            return { ...identity, ...rest, outcome: 'transient', status: 'retrying', delayS: 0, failureCode: 'provider_error' };
          return { ...identity, ...rest, outcome: 'accepted', status: 'sent', failureCode: null };
        }),
      );
    };
    const mover = async () => {
      while (!done) {
        for (const id of ids) {
          await finishMove(db.pool, id, await moveRecipients(db.pool, id));
        }
      }
    };
    // As fast as the work goes on: a person who pauses faster than anybody can send would only pile up stale jobs.
    const person = async () => {
      for (let turn = 0, seen = 0; !done; ) {
        const closed = (await db.pool.query<{ n: number }>('select sum(sent + failed)::int as n from campaigns')).rows[0]?.n ?? 0;
        if (closed >= seen + 60) {
          seen = closed;
          const id = ids[turn++ % CAMPAIGNS] as number;
          await pauseCampaign(db, viewer, id).catch(expectConflict);
          await resumeCampaign(db, viewer, id).catch(expectConflict);
          if (turn === 30) await cancelCampaign(db, viewer, doomed).catch(expectConflict);
        }
        done = await allDone();
      }
    };
    await Promise.all([worker(0), worker(1), worker(2), mover(), person()]);

    expect(await counterDrift(db)).toEqual([]);
    const { rows } = await db.pool.query(`select count(*)::int as n from recipients where status not in ('sent', 'failed', 'cancelled')`);
    expect(rows).toEqual([{ n: 0 }]);
    const { rows: twice } = await db.pool.query(
      `select recipient_id from attempts where outcome = 'accepted' group by recipient_id having count(*) > 1`,
    );
    expect(twice).toEqual([]);
    await db.pool.end();
  });
});

function expectConflict(error: unknown): void {
  if (!isProblem(error) || error.status !== 409) throw error;
}

describe('a transaction that nobody goes on with', () => {
  test('is ended by PostgreSQL after a while, so that others get its locks, and may be run again', async () => {
    const { pool } = own.db;
    const shown = await inTransaction(pool, async (client) => (await client.query('show idle_in_transaction_session_timeout')).rows);
    expect(shown).toEqual([{ idle_in_transaction_session_timeout: '10s' }]);

    const frozen = inTransaction(pool, async (client) => {
      await client.query(`set local idle_in_transaction_session_timeout = '100ms'`);
      const ended = new Promise((_, reject) => client.once('error', reject));
      await client.query(`update provider_gates set hold_count = 0 where channel = 'email'`);
      return ended;
    });
    const error: unknown = await frozen.catch((reason: unknown) => reason);
    expect(isPassing(error)).toBe(true);
    expect((await pool.query(`update provider_gates set hold_count = 0 where channel = 'email'`)).rowCount).toBe(1);
  });
});
