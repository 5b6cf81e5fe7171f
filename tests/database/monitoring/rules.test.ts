import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { holdProvider, releaseProvider } from '#app/domain/limits/provider-gates.server.ts';
import { createMetrics } from '#app/domain/monitoring/metrics.server.ts';
import { repairKinds, requestMissingDispatches } from '#app/domain/workers/repairs.server.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

const file = resolve('docs/prometheus-rules.yml');
const promtool = process.env.PROMTOOL ?? 'promtool';
const hasPromtool = spawnSync(promtool, ['--version']).status === 0;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** name{labels} of each series in a scrape of an installation in which nothing has ever happened. */
async function seriesOfFreshDatabase(): Promise<string[]> {
  const live = { listening: true, clients: 0, lag: async () => 0.01 };
  const text = await createMetrics({
    db: database.db,
    live: () => live,
    rates: { email: undefined, sms: undefined },
    onError: () => {},
  }).scrape();
  return text
    .split('\n')
    .filter((line) => line.startsWith('rollcall_'))
    .map((line) => line.slice(0, line.lastIndexOf(' ')));
}

test('every series that a rule counts on is there before anything has happened', async () => {
  const series = await seriesOfFreshDatabase();
  const used = [...readFileSync(file, 'utf8').matchAll(/(rollcall_\w+)(?:\{([^}]*)\})?/g)].map(([, name, labels]) => ({
    name: name as string,
    labels,
  }));
  const names = new Set(used.map(({ name }) => name));
  names.delete('rollcall_provider_held_since_timestamp_seconds'); // absent while nothing is held, and so is its alert
  expect(names.size).toBeGreaterThan(6);
  for (const name of names)
    expect(
      series.filter((one) => one.replace(/\{.*/, '') === name),
      name,
    ).not.toEqual([]);
  for (const channel of ['email', 'sms']) {
    for (const outcome of ['accepted', 'permanent', 'transient'])
      expect(series).toContain(`rollcall_attempts_total{channel="${channel}",outcome="${outcome}"}`);
    expect(series).toContain(`rollcall_recipients{channel="${channel}",status="held"}`);
    expect(series).toContain(`rollcall_retries_due{channel="${channel}"}`);
  }
  for (const kind of repairKinds) expect(series).toContain(`rollcall_repairs_total{kind="${kind}"}`);
  for (const status of ['DRAFT', 'SENDING', 'FAILED']) expect(series).toContain(`rollcall_campaigns{status="${status}"}`);
});

test('a hold is nothing that the reconciler mends', async () => {
  const { pool } = database.db;
  const id = await draftCampaign(database.db, { addresses: ['held@rules.test', 'too@rules.test'] });
  await pool.query(
    `update campaigns set status = 'SENDING', doing = 'sending', started_at = now(), dispatch_requested = true where id = $1`,
    [id],
  );
  await holdProvider(pool, 'email', { seconds: 600, reason: 'SendGrid is limiting us.', longestS: 3_600, renew: false });
  await pool.query('delete from graphile_worker._private_jobs');
  expect(await requestMissingDispatches(pool)).toEqual([]);
  await releaseProvider(pool, 'email');
  await pool.query('delete from graphile_worker._private_jobs');
  expect(await requestMissingDispatches(pool)).toEqual([{ kind: 'dispatch_missing', campaignId: id, repaired: 1 }]);
});

/** Values at minute 0, 1, 2 …; x, y and n as Prometheus' own notation has them. */
const cases = [
  {
    alert: 'RollcallLedgerMended',
    series: { 'rollcall_repairs_total{kind="job_missing"}': '0 0 0 1 1 1 1' },
    at: '4m',
    labels: { kind: 'job_missing' },
  },
  { alert: 'RollcallLedgerMended', series: { 'rollcall_repairs_total{kind="job_missing"}': '7x20' }, at: '15m' },
  { alert: 'RollcallNoWorkers', series: { rollcall_workers: '0x10' }, at: '3m', labels: {} },
  { alert: 'RollcallNoWorkers', series: { rollcall_workers: '1x10' }, at: '3m' },
  {
    alert: 'RollcallDatabaseDown',
    series: { 'rollcall_database_up{instance="a"}': '0x10', 'rollcall_database_up{instance="b"}': '0x10' },
    at: '3m',
    labels: {},
  },
  {
    alert: 'RollcallDatabaseDown',
    series: { 'rollcall_database_up{instance="a"}': '0x10', 'rollcall_database_up{instance="b"}': '1x10' },
    at: '3m',
  },
  {
    alert: 'RollcallDatabaseTakesNoWrites',
    series: { rollcall_database_writable: '0x10', rollcall_database_up: '1x10' },
    at: '3m',
    labels: {},
  },
  { alert: 'RollcallDatabaseTakesNoWrites', series: { rollcall_database_writable: '0x10', rollcall_database_up: '0x10' }, at: '3m' },
  { alert: 'RollcallDatabaseTakesNoWrites', series: { rollcall_database_writable: '1x10', rollcall_database_up: '1x10' }, at: '3m' },
  {
    alert: 'RollcallManyFailures',
    series: {
      'rollcall_attempts_total{channel="sms",outcome="permanent"}': '0+30x20',
      'rollcall_attempts_total{channel="sms",outcome="accepted"}': '0x20',
    },
    at: '15m',
    labels: { channel: 'sms' },
  },
  {
    alert: 'RollcallManyFailures',
    series: {
      'rollcall_attempts_total{channel="email",outcome="transient"}': '0+30x20',
      'rollcall_attempts_total{channel="email",outcome="accepted"}': '0+900x20',
    },
    at: '15m',
  },
  {
    alert: 'RollcallManyFailures',
    series: {
      'rollcall_attempts_total{channel="sms",outcome="permanent"}': '0+1x20',
      'rollcall_attempts_total{channel="sms",outcome="accepted"}': '0x20',
    },
    at: '15m',
  },
  {
    alert: 'RollcallProviderHeld',
    series: { 'rollcall_provider_held_since_timestamp_seconds{channel="email"}': '60x20' },
    at: '15m',
    labels: { channel: 'email' },
  },
  { alert: 'RollcallProviderHeld', series: { 'rollcall_provider_held{channel="email"}': '0x20' }, at: '15m' },
  {
    alert: 'RollcallQueueStuck',
    series: { 'rollcall_queue_oldest_ready_seconds{task="reconcile"}': '0+60x10' },
    at: '9m',
    labels: { task: 'reconcile' },
  },
  { alert: 'RollcallQueueStuck', series: { 'rollcall_queue_oldest_ready_seconds{task="send_email"}': '0+60x10' }, at: '9m' },
  { alert: 'RollcallPagesNotLive', series: { 'rollcall_listener_connected{instance="a"}': '0x10' }, at: '5m', labels: { instance: 'a' } },
];

test.skipIf(!hasPromtool)('promtool takes the rules, and each fires when it should and only then', () => {
  const tests = cases.map(({ alert, series, at, labels }) => ({
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ alertname: alert, eval_time: at, exp_alerts: labels ? [{ exp_labels: labels }] : [] }],
  }));
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-rules-'));
  // JSON is YAML. The summaries are read from the rules, since promtool compares them, too.
  const summaries = Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(/alert: (\w+)[\s\S]*?summary: (.*)/g)].map(([, name, summary]) => [
      name as string,
      summary as string,
    ]),
  );
  for (const one of tests) {
    for (const rule of one.alert_rule_test) {
      rule.exp_alerts = rule.exp_alerts.map(({ exp_labels }) => ({
        exp_labels,
        exp_annotations: {
          summary: (summaries[rule.alertname] as string).replaceAll(
            /\{\{ \$labels\.(\w+) \}\}/g,
            (_, label: string) => (exp_labels as Record<string, string>)[label] ?? '',
          ),
        },
      }));
    }
  }
  writeFileSync(join(folder, 'tests.yml'), JSON.stringify({ rule_files: [file], tests }));
  const run = spawnSync(promtool, ['test', 'rules', join(folder, 'tests.yml')], { encoding: 'utf8' });
  expect(run.stderr + run.stdout).toContain('SUCCESS');
  expect(run.status).toBe(0);
});
