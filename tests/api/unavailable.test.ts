import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '#db/database.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ LOG_LEVEL: 'fatal' });
});
afterAll(() => api.drop());

test('while the database is away a call says that it is, and when to ask again', async () => {
  const { db } = api.context;
  const away = openDatabase('postgres://nobody@127.0.0.1:1/rollcall');
  Object.assign(api.context, { db: away });
  const answer = await api.call('GET', '/campaigns');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await answer.json()).toMatchObject({
    code: 'unavailable',
    detail: 'The database did not answer in time. Try again in a few seconds.',
  });
  const change = await api.call('POST', '/campaigns', { body: { name: 'Spring', channel: 'email' } });
  expect(await change.json()).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('may or may not have been done') });
  Object.assign(api.context, { db });
  await away.pool.end();
  expect((await api.call('GET', '/campaigns')).status).toBe(200);
});
