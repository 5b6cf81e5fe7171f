import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../scripts/chaos/cluster.ts';
import { type Fault, planRun } from '../../scripts/chaos/plan.ts';
import { chaosRun } from '../../scripts/chaos/run.ts';
import { until } from '../../scripts/launch/processes.ts';

const quiet = () => {};
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(quiet);
});
afterAll(() => cluster?.stop());

const noTrouble = { rate_429: 0, rate_500: 0, rate_invalid: 0, rate_timeout: 0, rate_timeout_accepted: 0, rate_reset: 0, rate_cut: 0 };

test('every web server and every worker is replaced while a campaign is sent, and the campaign does not notice', async () => {
  const before = [...cluster.webs, ...cluster.workers].map(({ pid }) => pid);
  const kinds = ['worker replaced', 'web replaced', 'worker replaced', 'web replaced'] as const;
  const faults = kinds.map((kind, i): Fault => ({ kind, at: 0.05 + i * 0.2, ms: 0 }));
  const plan = { ...planRun(1, { faults: 0, goneMs: 0 }), faults, latencyMs: 400, rates: noTrouble };
  // No attempt is called unknown: nothing was cut off, and nothing waited for anybody's death.
  expect(await chaosRun(cluster, plan, 3_000, quiet)).toMatchObject({
    violations: [],
    happened: kinds,
    sent: 3_000,
    failed: 0,
    lost: 0,
    doubled: 0,
    unknown: 0,
  });
  expect([...cluster.webs, ...cluster.workers].filter(({ pid }) => before.includes(pid))).toEqual([]);
  expect(await cluster.query(`select ended_how, count(*)::int as n from workers where ended_at is not null group by 1`)).toEqual([
    { ended_how: 'stopped', n: 2 },
  ]);
  expect(await cluster.query('select kind from repairs')).toEqual([]);
});

test('PostgreSQL is gone for longer than anybody waits for a connection: all come back by themselves, and nobody is lost or doubled', async () => {
  const processes = [...cluster.webs, ...cluster.workers];
  const faults: Fault[] = [{ kind: 'PostgreSQL gone', at: 0.3, ms: 12_000 }];
  const plan = { ...planRun(1, { faults: 0, goneMs: 0 }), faults, latencyMs: 50, rates: noTrouble };
  expect(await chaosRun(cluster, plan, 1_000, quiet)).toMatchObject({
    violations: [],
    happened: ['PostgreSQL gone'],
    sent: 1_000,
    failed: 0,
    lost: 0,
    doubled: 0,
  });
  expect(processes.every((process) => process.running())).toBe(true);
});

test('four workers and two web servers share a campaign, each with its part of the work, and nobody is sent to twice', async () => {
  await Promise.all([cluster.startWorker(), cluster.startWorker()]);
  const sending = new Set<number>();
  const allFourSend = async () => {
    const rows = await cluster.query<{ id: number }>(`select distinct claimed_by as id from recipients where status = 'sending'`);
    for (const { id } of rows) sending.add(id);
    return sending.size === 4;
  };
  const plan = { ...planRun(1, { faults: 0, goneMs: 0 }), latencyMs: 50, rates: noTrouble };
  const [result] = await Promise.all([chaosRun(cluster, plan, 4_000, quiet), until('each of the four workers sends', 60_000, allFourSend)]);
  expect(result).toMatchObject({ violations: [], sent: 4_000, failed: 0, lost: 0, doubled: 0, unknown: 0 });
  expect(cluster.webs).toHaveLength(2);
  expect(await cluster.query('select kind from repairs')).toEqual([]);
});
