import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../scripts/chaos/cluster.ts';
import { type Fault, planRun } from '../../scripts/chaos/plan.ts';
import { chaosRun } from '../../scripts/chaos/run.ts';

const quiet = () => {};
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(quiet);
});
afterAll(() => cluster?.stop());

const faults: Fault[] = [
  { kind: 'worker killed', at: 0.1, ms: 0 },
  { kind: 'PostgreSQL stopped at once', at: 0.35, ms: 0 },
  { kind: 'connections cut', at: 0.6, ms: 0 },
  { kind: 'paused by a person', at: 0.8, ms: 500 },
];

test('a short run of chaos loses nobody and doubles nobody, and everybody who looks on sees the ledger’s numbers', async () => {
  const plan = { ...planRun(1, { faults: 0, goneMs: 0 }), faults };
  const result = await chaosRun(cluster, plan, 1_200, quiet);
  expect(result).toMatchObject({ violations: [], lost: 0, doubled: 0 });
  expect(result.sent + result.failed).toBe(1_200);
}, 300_000);

test('the same seed plans the same faults, and events are on in odd seeds', () => {
  const size = { faults: 20, goneMs: 30_000 };
  expect(planRun(7, size)).toEqual(planRun(7, size));
  expect(planRun(7, size)).not.toEqual(planRun(8, size));
  expect([planRun(7, size).events, planRun(8, size).events]).toEqual([true, false]);
});
