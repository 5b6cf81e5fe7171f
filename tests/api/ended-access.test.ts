import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '#app/api/operations.server.ts';
import { through } from '#app/domain/access/door.server.ts';
import { createRefusals } from '#app/domain/access/refusals.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { type EndedAccess, endedAccess } from '#tests/support/ended-access.ts';

let api: TestApi;
let ended: EndedAccess[];
beforeAll(async () => {
  api = await startApi();
  expect(await draftCampaign(api.db, { addresses: ['ada@example.com'] })).toBe(1);
  ended = await endedAccess(api.context);
});
afterAll(() => api.drop());

const all = Object.entries(operations).filter(([, { open }]) => !open);
const everything = async () =>
  (
    await api.db.pool.query(
      `select (select to_jsonb(c) - 'version' from campaigns c), (select count(*) from suppressions) as gone, (select count(*) from webhook_endpoints) as hooks`,
    )
  ).rows;

// Who they were, and that they might, is not asked any more: every call of the API, found from the code.
describe.each(all)('%s', (name, { method, path }) => {
  test('answers 401 to whoever may nothing any more, changes nothing, and tells of keys', async () => {
    const before = await everything();
    const filled = path.replaceAll(/\{\w+\}/g, '1');
    for (const { name: who, key, cookie } of ended) {
      const [since] = (await api.db.pool.query('select coalesce(max(seq), 0) as seq from audit_log')).rows;
      const refusals = createRefusals(api.db.pool, () => {});
      const response = await through({ door: 'api', address: '192.0.2.7', device: null, refusals }, () =>
        api.call(method, filled, {
          key: key ?? null,
          ...(cookie && { headers: { cookie, origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' } }),
          ...(['POST', 'PATCH', 'PUT'].includes(method) && { body: {} }),
        }),
      );
      expect(response.status, `${who}, ${name}`).toBe(401);
      expect(await response.text()).not.toMatch(/ada@|Test/);
      await refusals.close();
      const { rows } = await api.db.pool.query('select action, outcome, address from audit_log where seq > $1', [since.seq]);
      expect(rows, who).toEqual(key ? [{ action: 'key.use', outcome: 'refused', address: '192.0.2.7' }] : []);
    }
    expect(await everything()).toEqual(before);
  });
});
