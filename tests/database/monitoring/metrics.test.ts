import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { holdProvider, releaseProvider } from '#app/domain/limits/provider-gates.server.ts';
import { createMetrics } from '#app/domain/monitoring/metrics.server.ts';
import { openDatabase } from '#db/database.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let sending: Sending;
let web: { stop(): Promise<void> };
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}/metrics`;
  api = await startApi({ PORT: String(port), LOG_LEVEL: 'silent', SMS_RATE: '10' });
  web = await startWeb(api.context);
  sending = await startSending(api);
});
afterAll(async () => {
  await sending.stop();
  await web.stop();
  await api.drop();
});

/** Series by name and labels as in the text, and the text itself. */
function seriesOf(text: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1).replace('+Inf', 'Infinity'))];
    }),
  );
}

async function scrape(headers: Record<string, string> = {}): Promise<Record<string, number>> {
  const response = await fetch(url, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain;.* version=0\.0\.4$/);
  return seriesOf(await response.text());
}

test('tells what was sent, as the ledger does', async () => {
  const addresses = [...numbered(40, 'metrics.test'), 'a+invalid@metrics.test', 'b+500x1@metrics.test'];
  const id = await draftCampaign(api.db, { addresses });
  await sending.send(id);
  await sending.untilEnded(id);
  const { rows } = await api.db.pool.query<{ outcome: string; n: number }>(
    'select outcome, count(*)::integer as n from attempts group by 1 order by 1',
  );
  expect(rows).toEqual([
    { outcome: 'accepted', n: 41 },
    { outcome: 'transient', n: 1 },
    { outcome: 'permanent', n: 1 },
  ]);
  const series = await scrape();
  for (const { outcome, n } of rows) expect(series[`rollcall_attempts_total{channel="email",outcome="${outcome}"}`]).toBe(n);
  expect(series).toMatchObject({
    rollcall_database_up: 1,
    rollcall_workers: 1,
    rollcall_workers_died_total: 0,
    rollcall_listener_connected: 1,
    rollcall_socket_clients: 0,
    'rollcall_campaigns{status="PARTIALLY_SENT"}': 1,
    'rollcall_recipients{channel="email",status="queued"}': 0,
    'rollcall_queue_jobs{task="send_email",state="ready"}': 0,
    'rollcall_retries_due{channel="email"}': 0,
    'rollcall_provider_held{channel="email"}': 0,
    'rollcall_provider_rate_limit{channel="sms"}': 10,
  });
  expect(series.rollcall_listener_lag_seconds).toBeGreaterThan(0);
  expect(series.rollcall_listener_lag_seconds).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(series['rollcall_attempt_duration_seconds{channel="email",quantile="0.5"}']).toBeGreaterThan(0);
  expect(Object.entries(series).filter(([name, n]) => name.startsWith('rollcall_repairs_total') && n !== 0)).toEqual([]);
});

test('tells of held providers, changed rates, repairs and dead workers', async () => {
  const { pool } = api.db;
  await holdProvider(pool, 'email', { seconds: 60, reason: 'SendGrid is limiting us.', longestS: 3_600, renew: false });
  await pool.query(`update provider_gates set rate = 25 where channel = 'email'`);
  await pool.query(`insert into repairs (kind, repaired) values ('job_missing', 2), ('job_missing', 3)`);
  await pool.query(`insert into workers (pool_id, host, pid, ended_at, ended_how) values ('gone', 'host', 1, now(), 'died')`);
  const series = await scrape();
  expect(series).toMatchObject({
    'rollcall_provider_held{channel="email"}': 1,
    'rollcall_provider_held{channel="sms"}': 0,
    'rollcall_provider_rate_limit{channel="email"}': 25,
    'rollcall_repairs_total{kind="job_missing"}': 5,
    rollcall_workers_died_total: 1,
  });
  expect(series['rollcall_provider_hold_until_timestamp_seconds{channel="email"}']).toBeGreaterThan(Date.now() / 1_000);
  await releaseProvider(pool, 'email');
  const after = await scrape();
  expect(after).toMatchObject({ 'rollcall_provider_held{channel="email"}': 0, 'rollcall_repairs_total{kind="job_missing"}': 5 });
  expect(after).not.toHaveProperty(['rollcall_provider_hold_until_timestamp_seconds{channel="email"}']);
});

test('every metric has a help text and a type', async () => {
  const text = await (await fetch(url)).text();
  const names = new Set(Object.keys(seriesOf(text)).map((series) => series.replace(/\{.*/, '')));
  for (const name of [...names].filter((name) => name.startsWith('rollcall_'))) {
    expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.{10,}$`, 'm'));
    expect(text).toMatch(new RegExp(`^# TYPE ${name} (gauge|counter)$`, 'm'));
  }
});

describe('who may scrape', () => {
  const visitor = { 'X-Forwarded-For': '1.1.1.1' };
  test('nobody from outside without a key, nor through a proxy that nobody named', async () => {
    for (const headers of [
      visitor,
      { 'X-Forwarded-For': '10.1.2.3' },
      { 'X-Forwarded-For': '127.0.0.1, 1.1.1.1' },
      { ...visitor, Authorization: 'Bearer rk_unknown' },
    ]) {
      const response = await fetch(url, { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
      expect(await response.text()).not.toContain('rollcall_');
    }
  });
  test('anybody with a key, and the private network', async () => {
    await scrape({ ...visitor, Authorization: `Bearer ${api.keys.analyst}` });
    await scrape();
  });
  test('a bad key is refused from nearby too', async () => {
    expect((await fetch(url, { headers: { Authorization: 'Bearer rk_unknown' } })).status).toBe(401);
  });
});

test('a scrape without the database says so, and leaves the ledger out', async () => {
  const gone = openDatabase(`postgres://rollcall@127.0.0.1:${await freePort()}/none`);
  const onError = vi.fn();
  const metrics = createMetrics({ db: gone, live: () => undefined, rates: { email: 1, sms: undefined }, onError });
  const [first, second] = await Promise.all([metrics.scrape(), metrics.scrape()]);
  expect(first).toBe(second);
  const series = seriesOf(first);
  expect(series).toMatchObject({ rollcall_database_up: 0, rollcall_listener_connected: 0 });
  expect(Object.keys(series).filter((name) => /^rollcall_(attempts|workers|recipients|provider)/.test(name))).toEqual([]);
  expect(onError).toHaveBeenCalledOnce();
  await gone.pool.end();
});
