import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '#app/api/operations.server.ts';
import { keyState } from '#app/domain/access/api-key.ts';
import { createApiKey, listApiKeys, type NewKey, renameApiKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { through } from '#app/domain/access/door.server.ts';
import { newKey } from '#app/domain/access/key-input.ts';
import { createKeyVerifier } from '#app/domain/access/key-verifier.server.ts';
import { may, type Role, roles, type Scope, scopes, scopesFor, scopesWithin } from '#app/domain/access/roles.ts';
import { tellOfEndingKeys } from '#app/domain/alerts/keys-that-end.server.ts';
import { listNotifications } from '#app/domain/alerts/notifications.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

const DAY_MS = 86_400_000;
let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.drop());

const sql = (text: string, values: unknown[] = []) => api.db.pool.query(text, values);
const make = async (asked: Partial<NewKey> = {}) => createApiKey(api.db, { name: 'program', role: 'admin', createdBy: null, ...asked });
const keyFor = async (asked: Partial<NewKey>) => (await make(asked)).key;
const person = async (name: string, role: Role) => {
  const { user } = await api.context.auth.sessions.api.createUser({
    body: { email: `${name}@example.com`, name, password: 'a long password', role: role as 'admin' },
  });
  return user.id;
};
const all = Object.entries(operations).filter(([, { open }]) => !open);

describe.each(scopes)('a key with the scope %s', (scope) => {
  let key: string;
  beforeAll(async () => {
    key = await keyFor({ scopes: [scope] });
  });
  test.each(all)('may call %s, or is told which scope it lacks', async (_name, { method, path, permission }) => {
    const response = await api.call(method, path.replaceAll(/\{\w+\}/g, '999999'), { key, ...(method === 'POST' && { body: {} }) });
    if (may({ role: 'admin', scopes: [scope] }, permission)) {
      expect(response.status).not.toBe(403);
    } else {
      expect(response.status).toBe(403);
      expect(response.headers.get('www-authenticate')).toContain(`error="insufficient_scope", scope="${scopesFor(permission).join(' ')}"`);
      expect(await response.json()).toMatchObject({ code: 'forbidden', detail: expect.stringMatching(/it lacks the scope “\w+”/) });
    }
  });
});

test.each<[Role, Scope[]]>([
  ['admin', ['read', 'send', 'support', 'admin']],
  ['marketer', ['read', 'send', 'support']],
  ['support', ['read', 'support']],
  ['analyst', ['read']],
])('the role %s may give a key the scopes %s, and no other', async (role, within) => {
  expect(scopesWithin(role)).toEqual(within);
  for (const scope of scopes) {
    const made = make({ role, scopes: [scope] });
    if (within.includes(scope)) await made;
    else await expect(made).rejects.toMatchObject({ status: 422, errors: [{ path: 'scopes' }] });
  }
  // A scope never adds to a role.
  for (const { permission } of Object.values(operations)) {
    if (!may({ role }, permission)) expect(may({ role, scopes }, permission)).toBe(false);
  }
});

test('a key whose role may not is not told that a scope would do', async () => {
  const key = await keyFor({ role: 'analyst', scopes: ['read'] });
  const response = await api.call('POST', '/campaigns', { key, body: {} });
  expect(response.status).toBe(403);
  expect(response.headers.has('www-authenticate')).toBe(false);
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('The role Analyst may not') });
});

test('keys of before may all that their role may', async () => {
  for (const role of roles) {
    for (const { permission } of Object.values(operations)) {
      const viewer = await api.context.auth.viewerOfKey(api.keys[role]);
      expect(viewer && may(viewer, permission)).toBe(may({ role }, permission));
    }
  }
});

describe('a key ends', () => {
  const unauthorized = async (key: string) => {
    const response = await api.call('GET', '/campaigns', { key });
    return { status: response.status, detail: ((await response.json()) as { detail?: string }).detail };
  };

  test('when its time is over, says so before, and to its holder why', async () => {
    const { key, apiKey } = await make({ expiresAt: new Date(Date.now() + 86_400_000) });
    for (const path of ['/campaigns', '/campaigns/999999', '/nothing'])
      expect((await api.call('GET', path, { key })).headers.get('api-key-expires')).toBe(apiKey.expires_at);
    expect((await api.call('GET', '/campaigns')).headers.has('api-key-expires')).toBe(false);
    await sql(`update api_keys set created_at = now() - interval '2 days', expires_at = now() - interval '1 second' where id = $1`, [
      apiKey.id,
    ]);
    api.context.auth.forgetAccess();
    expect(await unauthorized(key)).toEqual({ status: 401, detail: expect.stringMatching(/^This API key expired on \d{4}-/) });
    expect((await listApiKeys(api.db)).find(({ id }) => id === apiKey.id)).toMatchObject({ state: 'expired' });
  });

  test('to the moment, however lately it was looked up', async () => {
    const { key, apiKey } = await make();
    await sql(`update api_keys set expires_at = now() + interval '0.3 seconds' where id = $1`, [apiKey.id]);
    const before = await unauthorized(key);
    expect([200, 401]).toContain(before.status);
    await expect.poll(async () => (await unauthorized(key)).status, { timeout: 3_000, interval: 20 }).toBe(401);
  });

  test('while it is being looked up', async () => {
    const { key, apiKey } = await make({ expiresAt: new Date(Date.now() + DAY_MS) });
    // The answer that takes it beyond its end.
    const slowly = createKeyVerifier(api.db, async () => {
      await expect.poll(() => Date.now() > endsAt, { timeout: 3_000, interval: 20 }).toBe(true);
      return [];
    });
    const { rows } = await sql(`update api_keys set expires_at = now() + interval '1 second' where id = $1 returning expires_at`, [
      apiKey.id,
    ]);
    const endsAt = rows[0].expires_at.getTime();
    expect(await slowly(key)).toBeNull();
    expect(await slowly.end(key)).toMatchObject({ why: 'expired' });
  });

  test('when it is revoked, once on record', async () => {
    const { key, apiKey } = await make();
    for (let i = 0; i < 3; i++) expect(await revokeApiKey(api.db, apiKey.id)).toBe(true);
    expect(await unauthorized(key)).toEqual({ status: 401, detail: expect.stringContaining('This API key was revoked') });
    expect(await unauthorized('rk_never_made')).toEqual({ status: 401, detail: expect.stringContaining('missing, unknown or revoked') });
    const { rows } = await sql(`select action from audit_log where object_type = 'key' and object_id = $1 order by seq`, [
      String(apiKey.id),
    ]);
    expect(rows.map(({ action }) => action)).toEqual(['key.create', 'key.revoke']);
  });

  test('with its owner, and may no more than they may', async () => {
    const owner = await person('olga', 'admin');
    const { key, apiKey } = await make({ ownerId: owner, scopes: ['send', 'admin'] });
    const headers = { 'Idempotency-Key': 'made-while-one-could' };
    expect((await api.call('POST', '/campaigns', { key, headers, body: { name: 'New', channel: 'sms' } })).status).toBe(201);
    const lowered = async (role: Role) => {
      await sql('update app_users set role = $2 where id = $1', [owner, role]);
      api.context.auth.forgetAccess();
    };
    await lowered('marketer');
    expect((await api.call('GET', '/audit', { key })).status).toBe(403);
    expect((await api.call('POST', '/campaigns', { key, body: { name: 'New', channel: 'sms' } })).status).toBe(201);
    await lowered('analyst');
    expect((await api.call('POST', '/campaigns', { key, body: { name: 'New', channel: 'sms' } })).status).toBe(403);
    // What it was answered before is no answer any more.
    expect((await api.call('POST', '/campaigns', { key, headers, body: { name: 'New', channel: 'sms' } })).status).toBe(403);
    expect((await api.call('GET', '/campaigns', { key })).status).toBe(200);
    expect((await listApiKeys(api.db)).find(({ id }) => id === apiKey.id)).toMatchObject({ owner: { name: 'olga', role: 'analyst' } });
    // More again, up to what the key was made for.
    await lowered('admin');
    expect((await api.call('GET', '/audit', { key })).status).toBe(200);
    await sql('delete from app_users where id = $1', [owner]);
    api.context.auth.forgetAccess();
    expect((await unauthorized(key)).status).toBe(401);
  });
});

test('is made for nobody who is disabled, also at the same moment, or gone', async () => {
  const owner = await person('orla', 'admin');
  const client = await api.db.pool.connect();
  await client.query('begin');
  await client.query('update app_users set banned = true where id = $1', [owner]);
  const made = expect(make({ ownerId: owner })).rejects.toMatchObject({ status: 409, code: 'disabled' });
  await client.query('commit');
  client.release();
  await made;
  await expect(make({ ownerId: owner })).rejects.toMatchObject({ status: 409 });
  await expect(make({ ownerId: '00000000-0000-4000-8000-000000000000' })).rejects.toMatchObject({ status: 409 });
});

test('its last use is written down once a minute, with the address', async () => {
  const { key, apiKey } = await make();
  const from = (address: string) => through({ door: 'api', address, device: null }, () => api.call('GET', '/campaigns', { key }));
  const lastUse = async () => (await listApiKeys(api.db)).find(({ id }) => id === apiKey.id);
  await Promise.all(['192.0.2.7', '192.0.2.7'].map(from));
  expect(await lastUse()).toMatchObject({ last_used_address: '192.0.2.7' });
  api.context.auth.forgetAccess();
  await from('198.51.100.9');
  expect(await lastUse()).toMatchObject({ last_used_address: '192.0.2.7' });
  await sql(`update api_keys set last_used_at = now() - interval '2 minutes' where id = $1`, [apiKey.id]);
  api.context.auth.forgetAccess();
  await from('198.51.100.9');
  expect(await lastUse()).toMatchObject({ last_used_address: '198.51.100.9' });
});

test('another name is on record, the same one is not', async () => {
  const { apiKey } = await make({ name: 'Import' });
  for (const name of ['Import', 'Nightly import', ' Nightly import ']) expect(await renameApiKey(api.db, apiKey.id, { name })).toBe(true);
  await expect(renameApiKey(api.db, apiKey.id, { name: ' ' })).rejects.toMatchObject({ status: 422 });
  expect(await renameApiKey(api.db, 999_999, { name: 'x' })).toBe(false);
  const { rows } = await sql(`select before, after from audit_log where action = 'key.change' and object_id = $1`, [String(apiKey.id)]);
  expect(rows).toEqual([{ before: { name: 'Import' }, after: { name: 'Nightly import' } }]);
});

test.each([
  // Made and ending in days from now; is it told?
  [-83, 7.5, 'open'],
  [-83, 6.9, 'ending'],
  [-20, 10, 'open'],
  [0, 3, 'open'],
  [-2, 1.9, 'ending'],
  [-90, 0.01, 'ending'],
  [-90, -0.01, 'expired'],
] as const)('made %d and ending in %d days it is %s, here and in the database', async (made, ending, state) => {
  const now = Date.now();
  const at = (days: number) => new Date(now + days * DAY_MS);
  expect(keyState({ created_at: at(made), expires_at: at(ending), revoked_at: null }, now)).toBe(state);
  expect(keyState({ created_at: at(made), expires_at: at(ending), revoked_at: at(0) }, now)).toBe('revoked');
  const { apiKey } = await make();
  await sql('update api_keys set created_at = $2, expires_at = $3 where id = $1', [apiKey.id, at(made), at(ending)]);
  await tellOfEndingKeys(api.db.pool);
  const { rows } = await sql(`select from alerts where type = 'key.ending' and data -> 'key' ->> 'id' = $1`, [String(apiKey.id)]);
  expect(rows).toHaveLength(state === 'ending' ? 1 : 0);
});

test('administrators and its owner hear once that a key ends, others never', async () => {
  const owner = await person('otto', 'support');
  const [administrator, analyst] = [await person('adam', 'admin'), await person('anna', 'analyst')];
  const { apiKey } = await make({ name: 'Feed', ownerId: owner, expiresAt: new Date(Date.now() + DAY_MS) });
  await sql(`update api_keys set created_at = now() - interval '30 days' where id = $1`, [apiKey.id]);
  expect(await tellOfEndingKeys(api.db.pool)).toBeGreaterThan(0);
  expect(await tellOfEndingKeys(api.db.pool)).toBe(0);
  const heard = async (id: string, role: Role) =>
    (await listNotifications(api.db, { id, role, via: 'session' })).notifications.filter(({ key }) => key?.id === apiKey.id);
  expect(await heard(owner, 'support')).toMatchObject([
    { type: 'key.ending', settled: false, key: { name: 'Feed', expires_at: apiKey.expires_at } },
  ]);
  expect(await heard(administrator, 'admin')).toHaveLength(1);
  expect(await heard(analyst, 'analyst')).toEqual([]);
  await revokeApiKey(api.db, apiKey.id);
  expect(await heard(administrator, 'admin')).toMatchObject([{ settled: true }]);
});

describe('what the form takes', () => {
  const given = (more: object) => newKey.safeParse({ name: 'CRM', scopes: ['read'], ...more });
  test.each([
    [{ lifetime: '30' }, 30],
    [{ lifetime: '365' }, 365],
    [{ lifetime: 'never' }, null],
    [{}, null],
  ])('%o', (more, days) => {
    const { data } = given(more);
    expect(data?.expiresAt && Math.round((data.expiresAt.getTime() - Date.now()) / DAY_MS)).toBe(days);
  });
  test('a day ends when it is over', () => {
    const tomorrow = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
    expect(given({ lifetime: 'date', until: tomorrow }).data?.expiresAt?.toISOString()).toBe(
      new Date(Date.parse(tomorrow) + DAY_MS).toISOString(),
    );
    const today = new Date().toISOString().slice(0, 10);
    expect(given({ lifetime: 'date', until: today }).success).toBe(true);
  });
  test.each([
    [{ lifetime: 'date', until: '2020-02-01' }, 'until'],
    [{ lifetime: 'date', until: '2031-02-30' }, 'until'],
    [{ lifetime: 'date', until: '2099-01-01' }, 'until'],
    [{ lifetime: 'date', until: '' }, 'until'],
    [{ lifetime: 'date', until: 'tomorrow' }, 'until'],
    [{ lifetime: '31' }, 'lifetime'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['everything'] }, 'scopes'],
    [{ reach: 'campaign' }, 'campaign'],
    [{ reach: 'campaign', campaign: 'x' }, 'campaign'],
    [{ reach: 'letters' }, 'reach'],
    [{ name: ' ' }, 'name'],
    [{ role: 'owner' }, 'role'],
    [{ name: '', scopes: [], reach: 'campaign', lifetime: 'date', until: '' }, 'name', 'scopes', 'campaign', 'until'],
    [{ name: '', reach: 'campaign', campaign: '' }, 'name', 'campaign'],
  ])('%o is refused, for all that is wrong', (more, ...paths) => {
    expect(given(more).error?.issues.map(({ path }) => path[0])).toEqual(paths);
  });
  test('what is chosen beside the limit does not count', () => {
    expect(given({ reach: 'sms', campaign: '7' }).data).toMatchObject({ channel: 'sms', campaignId: null });
    expect(given({ reach: 'campaign', campaign: '7' }).data).toMatchObject({ channel: null, campaignId: 7 });
    expect(given({ role: 'analyst' }).data).toMatchObject({ role: 'analyst', scopes: null });
  });
});
