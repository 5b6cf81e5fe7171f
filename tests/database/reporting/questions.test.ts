import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepSettings } from '#app/domain/reporting/keep-settings.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type KnownAttempt, type KnownRecipient, knownCampaign } from '#tests/support/known-ledger.ts';

/** The ten questions of docs/reporting.md, asked by the role that analysts have, of a ledger whose answers are known. */
const docs = readFileSync('docs/reporting.md', 'utf8');
const questions = [...docs.matchAll(/^### \d+\. ([^\n]+)\n\n```sql\n(.+?)```/gms)].map(([, title = '', sql = '']) => ({ title, sql }));

const yesterdayAt10 = `(date_trunc('day', now() at time zone 'UTC') - interval '14 hours') at time zone 'UTC'`;

let own: TestDatabase;
let client: pg.Client;
let ids: Record<'spring' | 'alarm' | 'old', number>;

const accepted = (number = 1, more: Partial<KnownAttempt> = {}): KnownAttempt => ({ outcome: 'accepted', number, ...more });
const transient = (number: number, more: Partial<KnownAttempt> = {}): KnownAttempt => ({ outcome: 'transient', number, ...more });
const sent = (address: string, attempts: KnownAttempt[], more: Partial<KnownRecipient> = {}): KnownRecipient => ({
  address,
  status: 'sent',
  attempts,
  ...more,
});
const failed = (address: string, code: string, attempts: KnownAttempt[]): KnownRecipient => ({ address, status: 'failed', code, attempts });

beforeAll(async () => {
  own = await createTestDatabase();
  // Yesterday's campaign may be retried at whatever time of the day this runs, the one of two days ago may not.
  await keepSettings(own.db, { retryWindowS: 40 * 3_600 });
  const refused: KnownAttempt = { outcome: 'permanent', number: 1, reason: 'The address does not exist.' };
  const fourTimes = [1, 2, 3, 4].map((number) => transient(number, { ms: 1000 }));
  ids = {
    // Yesterday at 10:00; ada was saved by an automatic retry, bea by a round that a person started, an hour later.
    spring: await knownCampaign(own.db, {
      name: 'Spring',
      startedAt: yesterdayAt10,
      retriesUsed: 1,
      recipients: [
        sent('ada@example.com', [transient(1, { reason: 'Too many requests.' }), accepted(2)], {
          delivery: 'delivered',
          deliveredAfterS: 2,
        }),
        sent('bea@example.com', [...fourTimes, accepted(1, { round: 1, atH: 1 })], { delivery: 'delivered', deliveredAfterS: 4 }),
        sent('cy@example.com', [accepted()], { delivery: 'bounced' }),
        failed('dan@other.test', 'invalid_address', [refused]),
        failed('eve@other.test', 'rate_limited', fourTimes),
        sent('flo@alone.test', [accepted()]),
      ],
    }),
    alarm: await knownCampaign(own.db, {
      name: 'Alarm',
      channel: 'sms',
      startedAt: `now() - interval '2 days'`,
      retriesUsed: 3,
      recipients: [
        sent('+12015550101', [{ outcome: 'unknown', number: 1 }, accepted(2)], { delivery: 'delivered', deliveredAfterS: 10 }),
        failed('+12015550102', 'invalid_number', [refused]),
        { address: '+12015550103', status: 'unknown', code: 'outcome_unknown', attempts: [{ outcome: 'unknown', number: 1 }] },
      ],
    }),
    old: await knownCampaign(own.db, {
      name: 'Old',
      startedAt: `timestamptz '2020-02-29 23:30Z'`,
      recipients: [
        sent('ada@example.com', [accepted()]),
        sent('bea@example.com', [transient(1), accepted(2, { atH: 1 })]),
        failed('dan@other.test', 'invalid_address', [refused]),
      ],
    }),
  };
  client = new pg.Client(own.url);
  await client.connect();
  await client.query(`set role reporting_reader; set timezone = 'UTC'`);
});
afterAll(async () => {
  await client.end();
  await own.drop();
});

const answers: Record<string, () => Promise<object[]> | object[]> = {
  'How many were saved by a retry?': () => [
    { channel: 'email', sent: 4, saved_by_retry: 2, percent: 50 },
    { channel: 'sms', sent: 1, saved_by_retry: 1, percent: 100 },
  ],
  'Why do sends fail this week?': () => [
    { failure_code: 'invalid_address', label: 'Address was refused', recipients: 1 },
    { failure_code: 'invalid_number', label: 'Number is not valid', recipients: 1 },
    { failure_code: 'rate_limited', label: 'Provider was limiting us', recipients: 1 },
  ],
  'Which campaigns need attention?': () => [
    {
      id: ids.spring,
      name: 'Spring',
      status: 'PARTIALLY_SENT',
      failed: 2,
      unknown: 0,
      what_to_do: expect.stringMatching(/^can be retried until 2/),
    },
    { id: ids.alarm, name: 'Alarm', status: 'PARTIALLY_SENT', failed: 1, unknown: 1, what_to_do: 'no longer to be retried: clone it' },
  ],
  'What happened to this address?': () => [
    { campaign: 'Old', status: 'sent', round: 0, number: 1, outcome: 'accepted', reason: null, delivery: null },
    { campaign: 'Spring', status: 'sent', round: 0, number: 1, outcome: 'transient', reason: 'Too many requests.', delivery: 'delivered' },
    { campaign: 'Spring', status: 'sent', round: 0, number: 2, outcome: 'accepted', reason: null, delivery: 'delivered' },
  ],
  'How long does it take from send to delivered?': () => [
    { channel: 'email', delivered: 2, median_s: 3, slowest_5_percent_from_s: expect.closeTo(3.9) },
    { channel: 'sms', delivered: 1, median_s: 10, slowest_5_percent_from_s: 10 },
  ],
  'At which domains do emails fail?': () => [
    { domain: 'other.test', tried: 2, not_reached: 2, percent: 100 },
    { domain: 'example.com', tried: 3, not_reached: 1, percent: expect.closeTo(33.3) },
  ],
  'At which hours is the provider slow or limiting us?': async () => {
    const { rows } = await own.db.pool.query<{ hour: number }>(`select extract(hour from now() at time zone 'UTC')::integer as hour`);
    // 8 of the 13 calls at 10:00 took 1,000 ms, the other 5 took 200 ms.
    const known = [
      { hour: 10, attempts: 13, refused_for_now: 9, average_ms: 692 },
      { hour: 11, attempts: 1, refused_for_now: 0, average_ms: 200 },
    ];
    const sms = rows[0]?.hour as number;
    const same = known.find(({ hour }) => hour === sms);
    if (!same) return [...known, { hour: sms, attempts: 4, refused_for_now: 0, average_ms: 200 }].sort((a, b) => a.hour - b.hour);
    same.average_ms = Math.round((same.average_ms * same.attempts + 4 * 200) / (same.attempts + 4));
    same.attempts += 4;
    return known;
  },
  'Is it worth retrying a third time?': () => [
    { retry: 'asked for by a person', number: 1, attempted: 1, accepted: 1, percent: 100 },
    { retry: 'automatic', number: 2, attempted: 5, accepted: 3, percent: 60 },
    { retry: 'automatic', number: 3, attempted: 2, accepted: 0, percent: 0 },
    { retry: 'automatic', number: 4, attempted: 2, accepted: 0, percent: 0 },
  ],
  'Which campaigns have the most unknown outcomes?': () => [{ id: ids.alarm, name: 'Alarm', unknown_attempts: 2, unknown_now: 1 }],
  'How much do we send, month by month?': async () => {
    const { rows } = await own.db.pool.query<{ spring: string; alarm: string }>(
      `select to_char(${yesterdayAt10} at time zone 'UTC', 'YYYY-MM') as spring, to_char((now() - interval '2 days') at time zone 'UTC', 'YYYY-MM') as alarm`,
    );
    // Spring was yesterday and the alarm the day before, so this order holds on any day.
    const newest = [
      { month: rows[0]?.spring, channel: 'email', sent: 4, failed: 2, recovered: 2 },
      { month: rows[0]?.alarm, channel: 'sms', sent: 1, failed: 1, recovered: 1 },
    ];
    // The leap day's last half hour, and the first of March after it.
    return [
      ...newest,
      { month: '2020-03', channel: 'email', sent: 1, failed: 0, recovered: 1 },
      { month: '2020-02', channel: 'email', sent: 1, failed: 1, recovered: 0 },
    ];
  },
};

test('there are ten questions, and an answer to each', () => {
  expect(questions.map(({ title }) => title)).toEqual(Object.keys(answers));
  expect(questions).toHaveLength(10);
});

describe('docs/reporting.md answers', () => {
  test.each(questions)('$title', async ({ title, sql }) => {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    expect(rows.map(numbers)).toEqual((await answers[title]?.())?.map((row) => expect.objectContaining(row)));
  });
});

/** What PostgreSQL's driver hands over as text: numeric. */
function numbers(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value]),
  );
}

test('days are those of the session’s time zone', async () => {
  await client.query(`set timezone = 'Europe/Berlin'`);
  const { rows } = await client.query(`select day::text, sent, recovered from reporting.daily_sends where day < '2021-01-01' order by day`);
  await client.query(`set timezone = 'UTC'`);
  expect(rows).toEqual([{ day: '2020-03-01', sent: 2, recovered: 1 }].map((row) => expect.objectContaining(row)));
});
