import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '#app/api/operations.server.ts';
import { createApiKey, listApiKeys, type NewKey } from '#app/domain/access/api-keys.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';

let api: TestApi;
let own: number;
let other: number;
let sms: number;
let smsEmpty: number;
beforeAll(async () => {
  api = await startApi();
  own = await draftCampaign(api.db, { addresses: ['ada@example.com'] });
  other = await draftCampaign(api.db, { addresses: ['bob@example.com'] });
  sms = await draftCampaign(api.db, { channel: 'sms', addresses: ['+15005550123'] });
  smsEmpty = await draftCampaign(api.db, { channel: 'sms', addresses: [] });
});
afterAll(() => api.drop());

const sql = (text: string, values: unknown[] = []) => api.db.pool.query(text, values);
const make = async (asked: Partial<NewKey> = {}) => createApiKey(api.db, { name: 'program', role: 'admin', createdBy: null, ...asked });
const keyFor = async (asked: Partial<NewKey>) => (await make(asked)).key;
const all = Object.entries(operations).filter(([, { open }]) => !open);

describe('a key for one campaign', () => {
  let key: string;
  beforeAll(async () => {
    key = await keyFor({ campaignId: own });
  });

  test.each(all)('finds nobody else’s by %s', async (_name, { method, path, narrowed }) => {
    const aboutCampaign = path.startsWith('/campaigns/{id}');
    const filled = path.replace('{id}', String(other)).replaceAll(/\{\w+\}/g, '1');
    const response = await api.call(method, filled, { key, ...(method === 'POST' && { body: {} }) });
    if (aboutCampaign) expect(response.status).toBe(404);
    else if (!narrowed) expect(response.status).toBe(403);
    // Those keep to it themselves: below.
    else expect(await response.text()).not.toContain('bob@');
  });

  test('sees, changes and sends its own', async () => {
    const list = (await (await api.call('GET', '/campaigns', { key })).json()) as { data: { id: number }[] };
    expect(list.data.map(({ id }) => id)).toEqual([own]);
    expect(((await (await api.call('GET', '/campaigns?sort=activity', { key })).json()) as typeof list).data).toHaveLength(1);
    expect((await api.call('PATCH', `/campaigns/${own}`, { key, body: { subject: 'Another' } })).status).toBe(200);
    expect((await api.call('GET', `/campaigns/${own}/recipients`, { key })).status).toBe(200);
    expect((await api.call('GET', `/campaigns/${own}/export.csv`, { key })).status).toBe(200);
  });

  test.each([
    ['POST', '/campaigns', { name: 'New', channel: 'email' }],
    ['POST', '/suppressions', { channel: 'email', address: 'eve@example.com', reason: 'manual' }],
    ['DELETE', '/suppressions', { channel: 'email', address: 'eve@example.com' }],
    ['GET', '/suppressions', undefined],
    ['GET', '/inbound-messages', undefined],
    ['GET', '/people?q=bob@example.com', undefined],
  ])('is refused %s %s', async (method, path, body) => {
    const response = await api.call(method, path, { key, ...(body && { body }) });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining(`is for campaign ${own} alone`) });
  });

  test('is not told of others by a copy’s story or by who is on the suppression list', async () => {
    await sql(`update campaigns set name = 'A name of theirs' where id = $1`, [other]);
    const copy = ((await (await api.call('POST', `/campaigns/${other}/clone`, { body: {} })).json()) as { id: number }).id;
    const rid = (await sql(`select id from recipients where campaign_id = $1`, [own])).rows[0].id;
    await sql(`insert into suppressions (channel, address) values ('email', 'ada@example.com')`);
    await sql(
      `insert into suppression_reasons (suppression_id, reason, source, campaign_id, recipient_id, created_by, note)
       select id, r.reason::suppression_reason, r.source, r.campaign, 4711, r.by, 'a note of theirs' from suppressions,
         (values ('complaint', 'sendgrid', $1::bigint, null), ('hard_bounce', 'sendgrid', $2, null), ('manual', 'import', null, 'Somebody else')) r (reason, source, campaign, by)
       where address = 'ada@example.com'`,
      [other, own],
    );
    const none = { campaign_id: null, recipient_id: null, created_by: null, note: null };
    const story = await (await api.call('GET', `/campaigns/${own}/recipients/${rid}`, { key })).json();
    expect(story).toMatchObject({
      suppressed: {
        reason: 'complaint',
        reasons: [
          { ...none, reason: 'complaint', created_at: expect.any(String) },
          { reason: 'hard_bounce', campaign_id: own, recipient_id: 4711, note: 'a note of theirs' },
          { ...none, reason: 'manual' },
        ],
      },
    });
    const ofCopy = await keyFor({ campaignId: copy });
    for (const path of ['activity', 'activity.csv']) {
      const text = await (await api.call('GET', `/campaigns/${copy}/${path}`, { key: ofCopy })).text();
      expect(text).toContain('made the campaign as a copy of another campaign');
      expect(text).not.toContain('A name of theirs');
      expect(text).not.toContain(`"from":${other}`);
      expect(await (await api.call('GET', `/campaigns/${copy}/${path}`)).text()).toContain('A name of theirs');
    }
  });

  test('makes no copy of it', async () => {
    expect((await api.call('POST', `/campaigns/${own}/clone`, { key, body: {} })).status).toBe(403);
  });

  test('opens nothing once the campaign is gone', async () => {
    const gone = await draftCampaign(api.db, { addresses: ['cy@example.com'] });
    const short = await make({ campaignId: gone });
    expect((await api.call('DELETE', `/campaigns/${gone}`)).status).toBe(204);
    expect((await api.call('GET', `/campaigns/${gone}`, { key: short.key })).status).toBe(404);
    expect(await (await api.call('GET', '/campaigns', { key: short.key })).json()).toMatchObject({ data: [] });
    const listed = (await listApiKeys(api.db)).find(({ id }) => id === short.apiKey.id);
    expect(listed?.campaign).toEqual({ id: gone, name: null });
    await expect(make({ campaignId: gone })).rejects.toMatchObject({ status: 422, errors: [{ path: 'campaign' }] });
  });

  test('gets no other answer again by an Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': 'the-same-key' };
    expect((await api.call('POST', `/campaigns/${other}/clone`, { headers, body: {} })).status).toBe(201);
    expect((await api.call('POST', `/campaigns/${other}/clone`, { key, headers, body: {} })).status).toBe(404);
  });
});

describe('a key for one channel', () => {
  let key: string;
  beforeAll(async () => {
    key = await keyFor({ channel: 'sms' });
    await api.call('POST', '/suppressions', { body: { channel: 'email', address: 'never@example.com', reason: 'manual' } });
  });

  test.each<[string, () => string, unknown, number]>([
    ['GET', () => `/campaigns/${own}`, undefined, 404],
    ['GET', () => `/campaigns/${sms}`, undefined, 200],
    ['PATCH', () => `/campaigns/${smsEmpty}`, { channel: 'email' }, 403],
    ['PATCH', () => `/campaigns/${smsEmpty}`, { channel: 'sms', name: 'Still texts' }, 200],
    ['POST', () => `/campaigns/${own}/send`, {}, 404],
    ['POST', () => `/campaigns/${sms}/clone`, {}, 201],
    ['POST', () => '/campaigns', { name: 'New', channel: 'email' }, 403],
    ['POST', () => '/campaigns', { name: 'New', channel: 'sms' }, 201],
    ['GET', () => '/suppressions?channel=email', undefined, 403],
    ['POST', () => '/suppressions', { channel: 'email', address: 'eve@example.com', reason: 'manual' }, 403],
    ['POST', () => '/suppressions', [{ channel: 'sms', address: '+15005550124', reason: 'manual' }], 201],
    ['DELETE', () => '/suppressions?channel=email&address=never@example.com', {}, 403],
    ['GET', () => '/inbound-messages', undefined, 200],
    ['GET', () => '/people?q=%2B1500', undefined, 403],
    ['GET', () => '/audit', undefined, 403],
    ['GET', () => '/webhook-endpoints', undefined, 403],
  ])('%s %s', async (method, path, body, status) => {
    expect((await api.call(method, path(), { key, ...(body !== undefined && { body }) })).status).toBe(status);
  });

  test('is told of its own campaigns and suppressions alone', async () => {
    const campaigns = (await (await api.call('GET', '/campaigns', { key })).json()) as { data: { channel: string }[] };
    expect(new Set(campaigns.data.map(({ channel }) => channel))).toEqual(new Set(['sms']));
    expect(await (await api.call('GET', '/campaigns?channel=email', { key })).json()).toMatchObject({ data: [] });
    expect(await (await api.call('GET', '/suppressions?q=never', { key })).json()).toMatchObject({ data: [] });
    const { data } = (await (await api.call('GET', '/suppressions', { key })).json()) as { data: { channel: string }[] };
    expect(new Set(data.map(({ channel }) => channel))).toEqual(new Set(['sms']));
  });
});
