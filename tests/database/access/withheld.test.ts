import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import { ask, mayHere } from '#app/domain/access/ask.server.ts';
import { through } from '#app/domain/access/door.server.ts';
import { assertRuns } from '#app/domain/access/people-guard.server.ts';
import { may, type Permission, type Role, roles, type Viewer } from '#app/domain/access/roles.ts';
import { changeWithheld, readWithheld } from '#app/domain/access/withheld.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';

let api: TestApi;
let id: number;
let rid: number;
beforeAll(async () => {
  api = await startApi();
  id = await draftCampaign(api.db, { addresses: ['ada@example.com', 'bob@example.com'], text: 'Hello {{address}}' });
  rid = (await api.db.pool.query('select id from recipients order by id limit 1')).rows[0].id;
  await api.call('POST', '/suppressions', { body: { channel: 'email', address: 'eve@example.com', reason: 'manual' } });
  await api.db.pool.query(
    `insert into campaign_events (campaign_id, recipient_id, kind, actor, details)
     values ($1, $2, 'recipient_retried', 'Ana', '{"from": "adda@example.com", "to": "ada@example.com", "corrected": true}')`,
    [id, rid],
  );
});
afterAll(() => api.drop());
const sql = (text: string) => api.db.pool.query(text);

const administrator: Viewer = { id: '0', name: 'Ana', email: 'ana@corp.example', role: 'admin', via: 'session', label: 'Ana' };
const everything = ['marketer', 'support', 'analyst'].flatMap((role) => [`${role} people:read`, `${role} people:export`]);
const takeFrom = async (...taken: string[]) => {
  const left = everything.filter((one) => !taken.includes(one));
  const now = await changeWithheld(api.db, administrator, { left });
  api.context.auth.forgetAccess();
  return now;
};

test('nothing is withheld until somebody says so, and saying the same again is no act', async () => {
  expect(await readWithheld(api.db)).toEqual({ marketer: [], support: [], analyst: [] });
  await takeFrom();
  await takeFrom('analyst people:export');
  await takeFrom('analyst people:export');
  const { rows } = await api.db.pool.query(
    `select actor_name, object_name, before, after from audit_log where object_name = 'People’s data'`,
  );
  expect(rows).toEqual([
    {
      actor_name: 'Ana',
      object_name: 'People’s data',
      before: { taken_from_analyst: [] },
      after: { taken_from_analyst: ['people:export'] },
    },
  ]);
});

test.each([['admin people:read'], ['analyst campaigns:read'], ['owner people:read']])('%s is no such choice', async (one) => {
  await expect(changeWithheld(api.db, administrator, { left: [one] })).rejects.toMatchObject({ status: 422 });
});

test.each(['marketer', 'support', 'analyst'] as const)('the role %s takes nothing from anybody', async (role) => {
  await expect(changeWithheld(api.db, { ...administrator, role }, { left: [] })).rejects.toMatchObject({ status: 403 });
});

describe('a role that exports nobody', () => {
  beforeAll(() => takeFrom('analyst people:export'));
  test.each([
    () => `/campaigns/${id}/export.csv`,
    () => `/campaigns/${id}/attempts.csv`,
    () => `/campaigns/${id}/activity.csv`,
    () => `/campaigns/${id}/recipients/${rid}/story.csv`,
    () => `/campaigns/${id}/imports/1/report.csv`,
  ])('is refused file %#', async (path) => {
    const response = await api.call('GET', path(), { key: api.keys.analyst });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('An administrator has decided') });
    expect((await api.call('GET', path(), { key: api.keys.support })).status).not.toBe(403);
  });
  test('sees people all the same', async () => {
    expect((await api.call('GET', `/campaigns/${id}/recipients`, { key: api.keys.analyst })).status).toBe(200);
  });
});

describe('a role that sees nobody', () => {
  beforeAll(() => takeFrom('support people:read'));

  test('exports nobody either', async () => {
    expect(await readWithheld(api.db)).toMatchObject({ support: ['people:export', 'people:read'] });
  });

  test.each([
    ['GET', () => `/campaigns/${id}/recipients`],
    ['GET', () => `/campaigns/${id}/recipients/${rid}`],
    ['GET', () => `/campaigns/${id}/attempts`],
    ['GET', () => `/campaigns/${id}/export.csv`],
    ['GET', () => '/people?q=ada'],
    ['GET', () => '/suppressions'],
    ['GET', () => '/inbound-messages'],
    ['POST', () => `/campaigns/${id}/recipients/${rid}/retry`],
    ['POST', () => `/campaigns/${id}/recipients/${rid}/resolve`],
    ['POST', () => `/campaigns/${id}/resolve`, { outcome: 'sent', ids: [1] }],
    ['POST', () => `/campaigns/${id}/preview`, { recipient_id: 1 }],
  ])('is refused %s, call %#', async (method, path, body?) => {
    const response = await api.call(method, path(), { key: api.keys.support, ...(method === 'POST' && { body: body ?? {} }) });
    expect(response.status).toBe(403);
  });

  test('reads campaigns, reasons and their life without a person in them', async () => {
    const texts = [];
    for (const path of ['', '/activity', '/failures', '/retry']) {
      const response = await api.call('GET', `/campaigns/${id}${path}`, { key: api.keys.support });
      expect(response.status).toBe(200);
      texts.push(await response.text());
    }
    const preview = await api.call('POST', `/campaigns/${id}/preview`, { key: api.keys.support, body: {} });
    expect(preview.status).toBe(200);
    texts.push(await preview.clone().text());
    expect(await preview.json()).toMatchObject({ recipient: null });
    expect(texts.join()).toContain('corrected the address to a recipient');
    expect(texts.join()).not.toMatch(/(ada|adda|bob|eve)@/);
    // With people it is told as before.
    expect(await (await api.call('GET', `/campaigns/${id}/activity`, { key: api.keys.analyst })).text()).toContain('from adda@example.com');
  });

  test('decides for all of a campaign, which names nobody', async () => {
    const response = await api.call('POST', `/campaigns/${id}/resolve`, { key: api.keys.support, body: { outcome: 'sent' } });
    expect(response.status).toBe(200);
  });

  test('gets no answer of before again by an Idempotency-Key', async () => {
    const again = () =>
      api.call('POST', `/campaigns/${id}/preview`, { key: api.keys.support, headers: { 'Idempotency-Key': 'seen' }, body: {} });
    await takeFrom();
    expect(await (await again()).text()).toContain('ada@example.com');
    expect(await (await again()).text()).toContain('ada@example.com');
    await takeFrom('support people:read');
    expect(await (await again()).text()).not.toContain('ada@');
  });

  test('keeps what else it may', async () => {
    const added = await api.call('POST', '/suppressions', {
      key: api.keys.support,
      body: { channel: 'email', address: 'gone@example.com', reason: 'manual' },
    });
    expect(added.status).toBe(201);
  });

  test('is not told why or since when somebody is on the list', async () => {
    const known = { channel: 'email', address: 'eve@example.com' };
    const send = (method: string, path: string, body: object) => api.call(method, path, { key: api.keys.support, body });
    // Of one who stands already and of one who does not the same.
    for (const address of [known.address, 'new@example.com']) {
      const added = await send('POST', '/suppressions', { ...known, address, reason: 'complaint' });
      expect(await added.json()).toEqual({ channel: 'email', address, reason: 'complaint' });
    }
    await sql(`update suppression_reasons set source = 'sendgrid' where source = 'person'`);
    const several = await send('DELETE', '/suppressions', known);
    expect(several.status).toBe(409);
    expect(await several.json()).toMatchObject({
      detail: 'Several reasons stand for this address. Name the one to take off with ?reason=.',
    });
    const { rows } = await sql(`select id from suppressions where address = 'eve@example.com'`);
    expect((await send('DELETE', `/suppressions/${rows[0].id}?reason=complaint`, {})).status).toBe(403);
    expect((await send('DELETE', '/suppressions', { ...known, reason: 'complaint' })).status).toBe(204);
  });

  test('has no key that sees more, whatever role the key has', async () => {
    const { user } = await api.context.auth.sessions.api.createUser({
      body: { email: 'sue@example.com', name: 'Sue', password: 'a long password', role: 'support' as 'admin' },
    });
    const { key } = await createApiKey(api.db, { name: 'more', role: 'analyst', createdBy: 'Sue', ownerId: user.id });
    expect((await api.call('GET', `/campaigns/${id}/recipients`, { key })).status).toBe(403);
    expect((await api.call('GET', `/campaigns/${id}`, { key })).status).toBe(200);
  });

  test('gets it back at once', async () => {
    await takeFrom();
    expect((await api.call('GET', `/campaigns/${id}/recipients`, { key: api.keys.support })).status).toBe(200);
  });
});

test('no role may more for what is withheld, and each may what it could', () => {
  const before: Record<Role, Permission[]> = {
    admin: [
      'campaigns:read',
      'people:read',
      'people:export',
      'campaigns:write',
      'campaigns:send',
      'campaigns:approve',
      'recipients:retry',
      'suppressions:write',
      'settings:write',
      'audit:read',
    ],
    marketer: [
      'campaigns:read',
      'people:read',
      'people:export',
      'campaigns:write',
      'campaigns:send',
      'campaigns:approve',
      'recipients:retry',
      'suppressions:write',
    ],
    support: ['campaigns:read', 'people:read', 'people:export', 'recipients:retry', 'suppressions:write'],
    analyst: ['campaigns:read', 'people:read', 'people:export'],
  };
  for (const role of roles) {
    for (const permission of before.admin) expect(may({ role }, permission)).toBe(before[role].includes(permission));
  }
});

describe('the domain asks whoever came through the door', () => {
  const door = (door: 'page' | 'api' | 'live', asker?: Viewer) => ({ door, address: null, device: null, ...(asker && { asker }) });
  const asked = (permission: Permission) => {
    try {
      ask(permission);
      return 'may';
    } catch (error) {
      return (error as Error).message;
    }
  };
  test.each(['page', 'api', 'live'] as const)('%s', (way) => {
    // A route that forgot to ask who is there gets nothing.
    expect(through(door(way), () => asked('campaigns:read'))).toBe('Nobody has said who asks.');
    expect(through(door(way, administrator), () => asked('settings:write'))).toBe('may');
    expect(through(door(way, { ...administrator, role: 'analyst' }), () => asked('settings:write'))).toMatch(/^The role Analyst may not/);
    expect(through(door(way, { ...administrator, role: 'analyst', withheld: ['people:read'] }), () => mayHere('people:export'))).toBe(
      false,
    );
  });
  test('an act on people asks for both, whom it is said to be of and who came', () => {
    expect(() => through(door('page', { ...administrator, role: 'analyst' }), () => assertRuns(administrator))).toThrow('may not');
    expect(() => through(door('page', administrator), () => assertRuns({ role: 'analyst' }))).toThrow('may not');
    expect(() => through(door('page', administrator), () => assertRuns(administrator))).not.toThrow();
  });
  test('Rollcall itself and commands may', () => {
    expect(asked('settings:write')).toBe('may');
    expect(through({ door: 'command', address: null, device: null }, () => asked('settings:write'))).toBe('may');
  });
});
