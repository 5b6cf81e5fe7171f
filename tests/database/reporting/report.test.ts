import { afterAll, beforeAll, expect, test } from 'vitest';
import { readReportView, reportSearch, totalsOf } from '#app/domain/reporting/period.ts';
import { report } from '#app/domain/reporting/report.server.ts';
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

const day = async (zone: string, ago: number) =>
  (await own.db.pool.query<{ day: string }>(`select ((now() at time zone $1)::date - $2::integer)::text as day`, [zone, ago])).rows[0]?.day;

test('days follow each other without holes, up to today, and lie where the reader is', async () => {
  const { rows, reasons } = await report(own.db, { period: '7d', channel: null }, 'UTC');
  expect(rows).toHaveLength(7);
  expect(rows.at(-1)?.start).toBe(await day('UTC', 0));
  expect(rows.filter(({ attempts }) => attempts > 0)).toEqual([
    { start: await day('UTC', 4), sent: 2, failed: 1, recovered: 1, attempts: 4, retried: 1 },
  ]);
  expect(reasons).toEqual([{ code: 'invalid_address', label: 'Address does not exist', count: 1 }]);

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
    expect(totalsOf(rows)).toEqual({ sent: 3, failed: 1, recovered: 1, attempts: 5, retried: 1 });
  }
  const sms = await report(own.db, { period: '12m', channel: 'sms' }, 'UTC');
  expect(totalsOf(sms.rows)).toEqual({ sent: 1, failed: 0, recovered: 0, attempts: 1, retried: 0 });
  expect(sms.reasons).toEqual([]);
  expect(totalsOf((await report(own.db, { period: '30d', channel: 'sms' }, 'UTC')).rows)).toMatchObject({ sent: 0, attempts: 0 });
});

test('a view has an address that leads back to it; anything else shows the last 30 days', () => {
  const view = { period: '13w', channel: 'sms' } as const;
  expect(readReportView(new URLSearchParams(reportSearch(view)))).toEqual(view);
  expect(readReportView(new URLSearchParams('period=forever&channel=post'))).toEqual({ period: '30d', channel: null });
});
