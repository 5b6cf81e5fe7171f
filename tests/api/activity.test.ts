import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';

let api: TestApi;
let id: number;
let recipient: number;
const csv = (text: string) => parse(text, { columns: true, bom: true }) as Record<string, string>[];
beforeAll(async () => {
  api = await startApi();
  id = await draftCampaign(api.db, { addresses: ['ada@example.com', '=cmd@example.com'] });
  const { rows } = await api.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [id]);
  recipient = rows[1]?.id as number;
  await api.db.pool.query(
    `insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome, http_status, reason)
     values (nextval('attempt_ids'), $1, $2, 0, 1, '2026-01-01T10:00:00Z', '2026-01-01T10:00:01Z', 'permanent', 400, '=HYPERLINK("http://evil.test")')`,
    [id, recipient],
  );
  await api.db.pool.query(
    `insert into campaign_events (campaign_id, recipient_id, at, kind, actor, details)
     values ($1, $2, '2026-01-01T11:00:00Z', 'recipient_retried', '@sue', '{"corrected": false}')`,
    [id, recipient],
  );
});
afterAll(() => api.drop());

test('the activity is read page by page, and by whom', async () => {
  const response = await api.call('GET', `/campaigns/${id}/activity`, { key: api.keys.support });
  expect(await response.json()).toMatchObject({
    data: [{ kind: 'recipient_retried', actor: '@sue', recipient_id: recipient, text: '@sue sent to =cmd@example.com again.' }],
    next_cursor: null,
  });
  expect((await api.call('GET', `/campaigns/${id}/activity?cursor=nonsense`)).status).toBe(422);
  expect((await api.call('GET', '/campaigns/999999/activity')).status).toBe(404);
});

test('what is exported runs nothing in a spreadsheet', async () => {
  const activity = csv(await (await api.call('GET', `/campaigns/${id}/activity.csv`)).text());
  expect(activity).toMatchObject([{ at: '2026-01-01T11:00:00.000Z', actor: "'@sue", address: "'=cmd@example.com" }]);
  const attempts = csv(await (await api.call('GET', `/campaigns/${id}/attempts.csv`)).text());
  expect(attempts).toMatchObject([{ recipient_id: String(recipient), outcome: 'permanent', reason: `'=HYPERLINK("http://evil.test")` }]);
  expect(Object.values(attempts[0] ?? {})).toHaveLength(14);
  for (const path of ['activity.csv', 'attempts.csv']) expect((await api.call('GET', `/campaigns/999999/${path}`)).status).toBe(404);
});

test('one recipient’s story is exported in order', async () => {
  const story = csv(await (await api.call('GET', `/campaigns/${id}/recipients/${recipient}/story.csv`)).text());
  expect(story.map(({ at, kind, code }) => [at, kind, code])).toEqual([
    ['2026-01-01T10:00:01.000Z', 'attempt_permanent', 'HTTP 400'],
    ['2026-01-01T11:00:00.000Z', 'recipient_retried', ''],
  ]);
  const whole = await (await api.call('GET', `/campaigns/${id}/recipients/${recipient}`)).json();
  expect(whole).toMatchObject({ attempts: [{ outcome: 'permanent' }], events: [{ kind: 'recipient_retried', source: 'campaign' }] });
});
