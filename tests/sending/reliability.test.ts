import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLogger } from '#app/config/log.server.ts';
import { reconcile } from '#app/domain/workers/reconcile.server.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';

const silent = createLogger({ logLevel: 'silent' });
let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, {}, false);
  await startProcess();
});
afterAll(async () => {
  await Promise.all(workers.map(endProcess));
  await sending.stop();
  await own.drop();
});

const campaign = async (id: number) => (await own.db.pool.query('select * from campaigns where id = $1', [id])).rows[0];
const lockedJobs = async () =>
  (await own.db.pool.query<{ n: number }>('select count(*)::int as n from graphile_worker._private_jobs where locked_at is not null'))
    .rows[0]?.n;

const workers: ChildProcess[] = [];

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** A worker in a process of its own, which can be killed. */
async function startProcess(variables: Record<string, string> = {}): Promise<ChildProcess> {
  const { env } = sending;
  const environment: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    DATABASE_URL: own.url,
    SENDGRID_API_KEY: env.sendgridApiKey,
    SENDGRID_BASE_URL: env.sendgridBaseUrl,
    SEND_TIMEOUT_MS: '3000',
    UNKNOWN_GRACE_S: '1',
    LOG_LEVEL: 'silent',
    ...variables,
  };
  const child = spawn(process.execPath, ['worker.ts'], { stdio: 'ignore', env: environment as NodeJS.ProcessEnv });
  workers.push(child);
  await vi.waitFor(
    async () => {
      const { rows } = await own.db.pool.query('select from workers where pid = $1 and ended_at is null', [child.pid]);
      expect(rows).toHaveLength(1);
    },
    { timeout: 20_000 },
  );
  return child;
}

describe('a worker that is killed', () => {
  test('loses nobody and doubles nobody that the log does not call unknown, and its jobs are free within 10 s', async () => {
    await sending.sandbox.setFaults({ email: { latency_ms: 60 } });
    const doomed = await startProcess();
    const id = await draftCampaign(own.db, { addresses: numbered(6_000, 'killed.test') });
    await sending.send(id);
    await vi.waitFor(
      async () => {
        const { rows } = await own.db.pool.query(
          `select count(*)::int as n from recipients r join workers w on w.id = r.claimed_by where w.pid = $1 and r.status = 'sending'`,
          [doomed.pid],
        );
        expect(rows[0].n).toBeGreaterThan(20);
      },
      { timeout: 20_000, interval: 5 },
    );
    doomed.kill('SIGKILL');
    await vi.waitFor(
      async () => {
        const { rows } = await own.db.pool.query('select ended_how from workers where pid = $1', [doomed.pid]);
        expect(rows).toEqual([{ ended_how: 'died' }]);
      },
      { timeout: 10_000 },
    );
    expect(await sending.untilEnded(id)).toBe('SENT');
    await sending.sandbox.setFaults({});
    expect(await campaign(id)).toMatchObject({ sent: 6_000, failed: 0 });

    const { rows } = await own.db.pool.query<{ n: number }>(
      `select count(distinct recipient_id)::int as n from attempts where campaign_id = $1 and outcome = 'unknown'`,
      [id],
    );
    const { doubled } = await sending.sandbox.stats();
    expect(rows[0]?.n).toBeGreaterThan(0);
    expect(doubled.length).toBeLessThanOrEqual(rows[0]?.n as number);
    expect(await counterDrift(own.db)).toEqual([]);
    await vi.waitFor(async () => expect(await lockedJobs()).toBe(0));
  });
});

describe('a worker that is told to stop while it sends', () => {
  const leftBy = async (child: ChildProcess) =>
    (
      await own.db.pool.query(
        `select ended_how, (select count(*)::int from graphile_worker._private_jobs where locked_by = pool_id) as jobs,
           (select count(*)::int from recipients where claimed_by = w.id and status = 'sending') as claims
         from workers w where pid = $1`,
        [child.pid],
      )
    ).rows;
  const inFlight = async (child: ChildProcess, id: number) =>
    (
      await own.db.pool.query(
        `select count(*)::int as n from recipients where campaign_id = $1 and status = 'sending' and claimed_by = (select id from workers where pid = $2)`,
        [id, child.pid],
      )
    ).rows[0].n as number;
  const unknowns = async (id: number) =>
    (await own.db.pool.query(`select count(*)::int as n from attempts where campaign_id = $1 and outcome = 'unknown'`, [id])).rows[0].n;

  test('lets its calls end, gives back the rest, and the campaign does not notice', async () => {
    await sending.sandbox.setFaults({ email: { latency_ms: 300 } });
    const leaving = await startProcess();
    const id = await draftCampaign(own.db, { addresses: numbered(2_000, 'leaving.test') });
    await sending.send(id);
    await vi.waitFor(async () => expect(await inFlight(leaving, id)).toBeGreaterThan(20), { timeout: 20_000, interval: 10 });
    leaving.kill('SIGTERM');
    expect(await once(leaving, 'exit')).toEqual([0, null]);
    expect(await leftBy(leaving)).toEqual([{ ended_how: 'stopped', jobs: 0, claims: 0 }]);
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await unknowns(id)).toBe(0);
    await sending.sandbox.setFaults({});
  });

  test('cuts off calls that do not end in time, calls their outcome unknown, and leaves nothing behind', async () => {
    const doubled = (await sending.sandbox.stats()).doubled.length;
    await sending.sandbox.setFaults({ email: { rate_timeout: 1 } });
    const leaving = await startProcess({ SEND_TIMEOUT_MS: '60000' });
    // More than one worker has places for.
    const id = await draftCampaign(own.db, { addresses: numbered(800, 'hanging.test') });
    await sending.send(id);
    await vi.waitFor(async () => expect(await inFlight(leaving, id)).toBeGreaterThan(0), { timeout: 20_000, interval: 10 });
    leaving.kill('SIGTERM');
    expect(await once(leaving, 'exit')).toEqual([0, null]);
    expect(await leftBy(leaving)).toEqual([{ ended_how: 'stopped', jobs: 0, claims: 0 }]);
    await sending.sandbox.setFaults({});
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await unknowns(id)).toBeGreaterThan(0);
    expect((await sending.sandbox.stats()).doubled).toHaveLength(doubled);
  });
});

describe('a worker whose connections are cut', () => {
  test('stops claiming until it has its lock again, and then goes on', async () => {
    const before = (await sending.sandbox.stats()).doubled.length;
    await sending.sandbox.setFaults({ email: { latency_ms: 20 } });
    const id = await draftCampaign(own.db, { addresses: numbered(5_000, 'cut.test') });
    await sending.send(id);
    for (const share of [200, 1_000, 2_000]) {
      await vi.waitFor(async () => expect((await campaign(id)).sent).toBeGreaterThan(share), { timeout: 20_000 });
      await own.db.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'rollcall %'`,
      );
    }
    expect(await sending.untilEnded(id)).toBe('SENT');
    await sending.sandbox.setFaults({});
    expect(await campaign(id)).toMatchObject({ sent: 5_000 });
    expect((await sending.sandbox.stats()).doubled.length).toBe(before);
    expect(await counterDrift(own.db)).toEqual([]);
  });
});

describe('a queue whose connection is cut', () => {
  test('starts anew, and the jobs that it was given without learning of it are sent', async () => {
    const id = await draftCampaign(own.db, { addresses: numbered(20, 'unlearnt.test').map((address) => address.replace('@', '+429x1@')) });
    await sending.send(id);
    await vi.waitFor(async () => expect((await campaign(id)).retrying).toBe(20), { timeout: 20_000, interval: 10 });
    const { rowCount } = await own.db.pool.query(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = (select pool_id from workers where ended_at is null limit 1),
         attempts = attempts + 1
       where id in (select id from graphile_worker._private_jobs where payload ->> 'campaign_id' = $1::text and locked_at is null
         order by id desc limit 20 for update skip locked)`,
      [id],
    );
    expect(rowCount).toBe(20);
    await own.db.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'rollcall queue'`,
    );
    expect(await sending.untilEnded(id)).toBe('SENT');
    await vi.waitFor(async () => expect(await lockedJobs()).toBe(0), { timeout: 10_000 });
  });
});

describe('the reconciler', () => {
  test('mends nothing on a healthy system', async () => {
    expect(await reconcile(own.db, silent)).toEqual([]);
  });

  test('gives a job to recipients that lost theirs, frees and removes jobs that nobody works on, and sets counters right', async () => {
    const id = await draftCampaign(own.db, { addresses: numbered(30, 'mended.test') });
    await own.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
    // A hand in the database: queued without jobs, and counters that lie.
    await own.db.pool.query(`update recipients set status = 'queued', changed_at = now() - interval '1 minute' where campaign_id = $1`, [
      id,
    ]);
    await own.db.pool.query(`update campaigns set queued = queued - 3, sent = sent + 3 where id = $1`, [id]);
    await own.db.pool.query(
      `insert into graphile_worker._private_jobs (task_id, payload, attempts, max_attempts)
       select id, '{}', 4, 4 from graphile_worker._private_tasks where identifier = 'send_email'`,
    );
    await own.db.pool.query(
      `insert into graphile_worker._private_jobs (task_id, payload, attempts, max_attempts, locked_at, locked_by)
       select id, json_build_object('campaign_id', $1::bigint), 1, 4, now() - interval '1 minute', 'a queue that nobody knows'
       from graphile_worker._private_tasks where identifier = 'send_email_chunk'`,
      [id],
    );
    const warned = vi.spyOn(silent, 'warn');
    const repairs = await reconcile(own.db, silent);
    expect(warned).toHaveBeenCalledExactlyOnceWith({ repairs }, 'the reconciler mended the ledger');
    expect(repairs).toEqual(
      expect.arrayContaining([
        { kind: 'job_orphaned', campaignId: null, repaired: 1 },
        { kind: 'job_missing', campaignId: id, repaired: 30 },
        { kind: 'job_dead', campaignId: null, repaired: 1 },
        { kind: 'counters_wrong', campaignId: id, repaired: 1 },
      ]),
    );
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await counterDrift(own.db)).toEqual([]);
    const { rows } = await own.db.pool.query('select count(*)::int as n from repairs');
    expect(rows[0].n).toBe(repairs.length);
  });
});
