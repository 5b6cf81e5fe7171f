import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { connection } from '#app/domain/reporting/connection.server.ts';
import { daysOf, readReportView, reportSearch, reportUnit, totalsOf } from '#app/domain/reporting/period.ts';
import { report } from '#app/domain/reporting/report.server.ts';
import { reportCsv } from '#app/domain/reporting/report-csv.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { knownCampaign } from '#tests/support/known-ledger.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
  const accepted = { outcome: 'accepted', number: 1 } as const;
  // One hour before midnight in UTC, which is the next day in Tokyo.
  await knownCampaign(own.db, {
    name: 'Late',
    startedAt: `(date_trunc('day', now() at time zone 'UTC') - interval '3 days 1 hour') at time zone 'UTC'`,
    recipients: [
      {
        address: 'ada@example.com',
        status: 'sent',
        attempts: [
          { outcome: 'transient', number: 1 },
          { outcome: 'accepted', number: 2 },
        ],
      },
      { address: 'bob@example.com', status: 'sent', attempts: [accepted] },
      { address: 'cy@example.com', status: 'failed', code: 'invalid_address', attempts: [{ outcome: 'permanent', number: 1 }] },
    ],
  });
  const text = { address: '+12015550101', status: 'sent', attempts: [accepted] } as const;
  await knownCampaign(own.db, {
    name: 'Text',
    channel: 'sms',
    startedAt: `now() - interval '40 days'`,
    recipients: [{ ...text, attempts: [accepted] }],
  });
});
afterAll(() => own.drop());

const none = { bounced: 0, complained: 0, unsubscribed: 0, delivered: 0 };
const day = async (zone: string, ago: number) =>
  (await own.db.pool.query<{ day: string }>(`select ((now() at time zone $1)::date - $2::integer)::text as day`, [zone, ago])).rows[0]?.day;

test('days follow each other without holes, up to today, and lie where the reader is', async () => {
  const { rows, reasons } = await report(own.db, { period: '7d', channel: null }, 'UTC');
  expect(rows).toHaveLength(7);
  expect(rows.at(-1)?.start).toBe(await day('UTC', 0));
  expect(rows.filter(({ attempts }) => attempts > 0)).toEqual([
    { start: await day('UTC', 4), sent: 2, failed: 1, recovered: 1, attempts: 4, retried: 1, ...none },
  ]);
  expect(reasons).toEqual([
    { code: 'invalid_address', label: 'Address was refused', count: 1, campaigns: [{ id: expect.any(Number), name: 'Late', count: 1 }] },
  ]);

  const inTokyo = await report(own.db, { period: '7d', channel: null }, 'Asia/Tokyo');
  const there = await own.db.pool.query<{ day: string }>(
    `select (((date_trunc('day', now() at time zone 'UTC') - interval '3 days 1 hour') at time zone 'UTC') at time zone 'Asia/Tokyo')::date::text as day`,
  );
  expect(inTokyo.rows.filter(({ attempts }) => attempts > 0).map(({ start }) => start)).toEqual([there.rows[0]?.day]);
});

test('weeks and months add up, and a channel stands alone', async () => {
  for (const period of ['13w', '12m'] as const) {
    const { rows } = await report(own.db, { period, channel: null }, 'Europe/Berlin');
    expect(rows).toHaveLength(period === '13w' ? 13 : 12);
    expect(totalsOf(rows)).toEqual({ sent: 3, failed: 1, recovered: 1, attempts: 5, retried: 1, ...none });
  }
  const sms = await report(own.db, { period: '12m', channel: 'sms' }, 'UTC');
  expect(totalsOf(sms.rows)).toEqual({ sent: 1, failed: 0, recovered: 0, attempts: 1, retried: 0, ...none });
  expect(sms.reasons).toEqual([]);
  expect(totalsOf((await report(own.db, { period: '30d', channel: 'sms' }, 'UTC')).rows)).toMatchObject({ sent: 0, attempts: 0 });
});

test('a view has an address that leads back to it; anything else shows the last 30 days', () => {
  const view = { period: '13w', channel: 'sms' } as const;
  expect(readReportView(new URLSearchParams(reportSearch(view)))).toEqual(view);
  expect(readReportView(new URLSearchParams('period=forever&channel=post'))).toEqual({ period: '30d', channel: null });
});

test('days of your own show what fell into them, both ends included, and nothing beside', async () => {
  const four = (await day('UTC', 4)) as string;
  const at = (from: string, to: string) => report(own.db, { period: '30d', days: { from, to }, channel: 'email' }, 'UTC');
  const whole = await at(four, four);
  expect(whole.rows).toEqual([{ start: four, sent: 2, failed: 1, recovered: 1, attempts: 4, retried: 1, ...none }]);
  expect(whole.reasons).toMatchObject([{ code: 'invalid_address', count: 1 }]);
  expect(whole.afterwards).toEqual({ sent: 2, ...none });
  for (const [from, to] of [
    [await day('UTC', 6), await day('UTC', 5)],
    [await day('UTC', 3), await day('UTC', -20)],
  ] as [string, string][]) {
    const { rows, reasons, afterwards, days } = await at(from, to);
    expect(totalsOf(rows)).toMatchObject({ sent: 0, failed: 0, attempts: 0 });
    expect(reasons).toEqual([]);
    expect(afterwards.sent).toBe(0);
    expect(days.to <= ((await day('UTC', 0)) as string)).toBe(true);
  }
  const view = { period: '30d', days: { from: four, to: four }, channel: null } as const;
  expect(reportCsv(view, whole.rows)).toBe(
    `\ufeffday,sent,recovered,failed,attempts,retried,bounced,complained,unsubscribed,delivered\r\n${four},2,1,1,4,1,0,0,0,0\r\n`,
  );
});

test.each([
  ['from=2026-03-01&to=2026-03-31', { from: '2026-03-01', to: '2026-03-31' }, undefined],
  ['from=2026-03-01&to=2026-03-01&channel=sms', { from: '2026-03-01', to: '2026-03-01' }, undefined],
  ['from=2026-03-02&to=2026-03-01', undefined, 'The first day is after the last one.'],
  ['from=2026-03-02', undefined, 'Choose both the first and the last day.'],
  ['from=&to=2026-03-02', undefined, 'Choose both the first and the last day.'],
  ['from=2026-02-30&to=2026-03-02', undefined, 'Choose both the first and the last day.'],
  ['from=yesterday&to=today', undefined, 'Choose both the first and the last day.'],
  ['from=1999-01-01&to=2026-03-02', undefined, 'Choose at most ten years at once.'],
  ['from=0001-01-01&to=99999-03-02', undefined, 'Choose both the first and the last day.'],
  ['from=&to=', undefined, undefined],
])('%s is read as days or told why not', (search, days, problem) => {
  const view = readReportView(new URLSearchParams(search));
  expect({ days: view.days, problem: view.problem }).toEqual({ days, problem });
  if (days) expect(readReportView(new URLSearchParams(reportSearch(view)))).toEqual(view);
});

test('long periods are shown in larger steps', () => {
  const unit = (from: string, to: string) => reportUnit({ period: '7d', days: { from, to }, channel: null });
  expect([unit('2026-01-01', '2026-03-03'), unit('2026-01-01', '2026-03-04'), unit('2025-01-01', '2026-12-31')]).toEqual([
    'day',
    'week',
    'month',
  ]);
});

test('administrators and analysts see where the database is, never a password; others see nothing', () => {
  const url = 'postgres://owner:geheim@db.example.com/letters';
  const external = readEnv({ DATABASE_URL: 'postgres://pooler.example.com:6432/letters', DATABASE_DIRECT_URL: url });
  const embedded = readEnv({
    DATABASE_URL: 'postgres://rollcall:geheim@127.0.0.1:15500/rollcall',
    EMBEDDED_DATABASE: '1',
    DATA_DIR: 'kept',
  });
  for (const role of ['marketer', 'support'] as const) expect(connection(embedded, { role })).toBeNull();
  // The views show addresses.
  expect(connection(embedded, { role: 'analyst', withheld: ['people:read'] })).toBeNull();
  for (const role of ['admin', 'analyst'] as const) {
    expect(connection(external, { role })).toEqual({
      host: 'db.example.com',
      port: '5432',
      database: 'letters',
      user: null,
      passwordFile: null,
    });
    expect(connection(embedded, { role })).toEqual({
      ...{ host: '127.0.0.1', port: '15500', database: 'rollcall', user: 'rollcall_reports' },
      passwordFile: expect.stringMatching(/kept.reports-password$/),
    });
  }
});

test('a period is compared with as many days right before it, and says what it is made of', async () => {
  const { before, campaigns } = await report(own.db, { period: '30d', channel: null }, 'UTC');
  expect(before).toEqual({ sent: 1, failed: 0, recovered: 0, attempts: 1, retried: 0, ...none });
  expect(campaigns).toMatchObject([{ name: 'Late', channel: 'email', sent: 2, failed: 1 }]);
  expect((await report(own.db, { period: '7d', channel: 'sms' }, 'UTC')).before).toBeNull();
});

test.each([
  ['2026-03-30', 'week', { from: '2026-03-30', to: '2026-04-05' }],
  ['2026-03-02', 'week', { from: '2026-03-04', to: '2026-03-08' }],
  ['2026-03-01', 'month', { from: '2026-03-04', to: '2026-03-31' }],
  ['2026-04-01', 'month', { from: '2026-04-01', to: '2026-04-20' }],
  ['2026-04-20', 'day', { from: '2026-04-20', to: '2026-04-20' }],
] as const)('the row of %s by the %s leads to its own days', (start, unit, days) => {
  expect(daysOf(start, unit, { from: '2026-03-04', to: '2026-04-20' })).toEqual(days);
});
