import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rateInput } from '#app/domain/limits/limit-input.ts';
import { changeRate, getLimits, tryNow } from '#app/domain/limits/limits.server.ts';
import { holdProvider } from '#app/domain/limits/provider-gates.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const env = { emailRate: 50, smsRate: undefined };
const email = async () => (await getLimits(own.db, env)).limits.find(({ channel }) => channel === 'email');

test('a rate is set and unset; unset, the environment’s holds', async () => {
  await changeRate(own.db, 'email', 12.5);
  expect(await email()).toEqual({ channel: 'email', rate: 12.5, default_rate: 50, hold: null });
  await changeRate(own.db, 'email', null);
  expect(await email()).toMatchObject({ rate: null, default_rate: 50 });
});

test('a faster rate does not wait for the slots that a slow one gave away', async () => {
  await own.db.pool.query(`update provider_gates set slot_at = now() + interval '1 hour' where channel = 'sms'`);
  await changeRate(own.db, 'sms', 100);
  const { rows } = await own.db.pool.query(`select slot_at <= clock_timestamp() as now from provider_gates where channel = 'sms'`);
  expect(rows).toEqual([{ now: true }]);
});

test('"Try now" makes the probe of a held provider due, and of another says that it is not held', async () => {
  await expect(tryNow(own.db, 'email')).rejects.toMatchObject({ status: 409, code: 'not_held' });
  await holdProvider(own.db.pool, 'email', { seconds: 300, reason: 'SendGrid is limiting us.', longestS: 3_600, renew: false });
  const held = (await email())?.hold;
  expect(held).toMatchObject({ reason: 'SendGrid is limiting us.' });
  expect(Date.parse(held?.until ?? '')).toBeGreaterThan(Date.now() + 200_000);
  await tryNow(own.db, 'email');
  expect(Date.parse((await email())?.hold?.until ?? '')).toBeLessThan(Date.now() + 10_000);
  const { rows } = await own.db.pool.query(
    `select count(*)::integer as n from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'probe_provider' and j.run_at <= now()`,
  );
  expect(rows).toEqual([{ n: 1 }]);
});

test('workers that ended are not listed', async () => {
  await own.db.pool.query(`insert into workers (pool_id, host, pid) values ('a', 'one', 1)`);
  await own.db.pool.query(`insert into workers (pool_id, host, pid, ended_at, ended_how) values ('b', 'two', 2, now(), 'died')`);
  expect((await getLimits(own.db, env)).workers.map(({ host }) => host)).toEqual(['one']);
});

describe('what may be typed', () => {
  const parse = (rate: string) => rateInput.safeParse({ channel: 'sms', rate });
  test.each([
    ['', null],
    [' 10 ', 10],
    ['0', 0],
    ['0,0', 0],
    ['0.5', 0.5],
    ['2,5', 2.5],
    ['10000', 10_000],
  ])('%j is %j', (text, rate) => expect(parse(text).data?.rate).toBe(rate));
  test.each(['-0', '-1', '0.04', '1e3', 'many', '10001', 'Infinity', '0.01'])('%j is refused', (text) => {
    expect(parse(text).error?.issues[0]?.message).toContain('0.1 to 10000, 0 to stop');
  });
});
