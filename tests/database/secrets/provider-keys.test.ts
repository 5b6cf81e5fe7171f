import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { ActionFunctionArgs, AppLoadContext } from '@remix-run/node';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Viewer } from '#app/domain/access/roles.ts';
import { type FollowedKeys, followKeys } from '#app/domain/provider-keys/follow-keys.server.ts';
import { providerForms, removeKeys, saveKeys } from '#app/domain/provider-keys/save-keys.server.ts';
import { inForce, readKeys } from '#app/domain/provider-keys/stored-keys.server.ts';
import { keepSealed } from '#app/domain/secrets/keep-sealed.server.ts';
import { listen } from '#app/realtime/listen.server.ts';
import { action } from '#app/routes/_app.settings.providers.tsx';
import { openDatabase } from '#db/database.ts';
import { createSeals } from '#db/seals.ts';
import { type Sandbox, startSandbox } from '#sandbox/index.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

const key = randomBytes(32);
const [first, second] = ['SG.first-of-the-harbour-0001', 'SG.second-of-the-harbour-0002'];
const sid = `AC${'7'.repeat(32)}`;
const tokens = ['token-of-the-lantern-aaaa', 'token-of-the-lantern-bbbb'] as const;
const verification = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

let api: TestApi;
let sandbox: Sandbox;
let ana: Viewer;
let context: AppLoadContext;
let cookie: string;
let keys: FollowedKeys;
beforeAll(async () => {
  sandbox = await startSandbox();
  api = await startApi({ SENDGRID_BASE_URL: sandbox.url, TWILIO_BASE_URL: sandbox.url });
  const person = { email: 'ana@example.com', password: 'a long password of Ana' };
  const { auth } = api.context;
  const { user } = await auth.sessions.api.createUser({ body: { ...person, name: 'Ana', role: 'admin' } });
  ana = { id: user.id, name: 'Ana', email: person.email, role: 'admin', via: 'session', label: 'Ana' };
  const { headers } = await auth.sessions.api.signInEmail({ body: person, returnHeaders: true });
  cookie = headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
});
afterAll(async () => {
  await sandbox.stop();
  await api.drop();
});
beforeEach(async () => {
  await api.db.pool.query('delete from provider_keys');
  await api.context.auth.testSends.delete(`keys ${ana.id}`);
  sandbox.setFaults({});
  const env = { ...api.context.env };
  context = { ...api.context, env, db: { ...api.db, seals: createSeals(key) } };
  keys = await followKeys(context.db, env, context.log);
  context.providerKeys = keys;
});

const needs = (of = context) => ({ db: of.db, auth: of.auth, env: of.env, keys: of.providerKeys as FollowedKeys });
const save = (channel: 'email' | 'sms', form: Record<string, string>, of = context) => saveKeys(needs(of), ana, channel, form);
const errorsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: { errors: { path: string; message: string }[] }) => error.errors,
  );

/** The page's form, as the browser sends it. */
function submit(fields: Record<string, string>, of = context) {
  const body = new URLSearchParams(fields);
  const headers = { cookie, origin: 'http://localhost:3000', 'content-type': 'application/x-www-form-urlencoded' };
  const request = new Request('http://localhost:3000/settings/providers', { method: 'POST', headers, body });
  return action({ request, context: of, params: {} } as ActionFunctionArgs) as Promise<{ data: unknown; init: { status?: number } | null }>;
}

describe('keys that are saved', () => {
  test('are in force at once, stand encrypted, and are shown by nobody', async () => {
    await save('email', { api_key: ` ${first} `, webhook_key: verification(), sender: 'News <news@example.com>' });
    await save('sms', { account_sid: sid, auth_token: tokens[0], sender: '+15005550006' });
    expect(context.env).toMatchObject({
      sendgridApiKey: first,
      emailFrom: 'News <news@example.com>',
      twilioAccountSid: sid,
      twilioAuthToken: tokens[0],
      smsFrom: '+15005550006',
    });
    const { rows } = await api.db.pool.query(
      `select p::text as row from provider_keys p union all select row_to_json(a)::text from audit_log a where action like 'provider.%'`,
    );
    expect(rows).toHaveLength(4);
    const everything = JSON.stringify([rows, await providerForms(needs())]);
    for (const one of [first, tokens[0]]) expect(everything).not.toContain(one);
    expect(await providerForms(needs())).toMatchObject([
      {
        channel: 'email',
        fixed: {},
        saved: { api_key: true, webhook_key: true, sender: 'News <news@example.com>', saved_by: 'Ana', former_until: null },
      },
      { channel: 'sms', fixed: {}, saved: { account_sid: sid, auth_token: true, sender: '+15005550006' } },
    ]);
  });

  test('an empty field keeps what is saved, and costs no call', async () => {
    await save('email', { api_key: first, sender: 'news@example.com' });
    sandbox.setFaults({ email: { down: true } });
    await save('email', { api_key: '', webhook_key: '', sender: 'other@example.com' });
    expect(context.env).toMatchObject({ sendgridApiKey: first, emailFrom: 'other@example.com' });
  });

  test('are tried first: what the provider refuses is not saved, and what was saved stays', async () => {
    await save('email', { api_key: first });
    sandbox.setFaults({ email: { bad_key: true }, sms: { down: true } });
    expect(await errorsOf(save('email', { api_key: second }))).toEqual([
      { path: 'api_key', message: expect.stringMatching(/SendGrid does not know this key.*Nothing was saved\.$/) },
    ]);
    expect(await errorsOf(save('sms', { account_sid: sid, auth_token: tokens[0] }))).toEqual([
      { path: 'auth_token', message: expect.stringMatching(/Twilio had an error of its own.*Nothing was saved\.$/) },
    ]);
    expect(context.env).toMatchObject({ sendgridApiKey: first, twilioAuthToken: undefined });
  });

  test.each<['email' | 'sms', Record<string, string>, string]>([
    ['email', {}, 'api_key'],
    ['email', { api_key: 'two words' }, 'api_key'],
    ['email', { api_key: 'SG.x\r\nX-Evil: 1' }, 'api_key'],
    ['email', { api_key: 'x'.repeat(501) }, 'api_key'],
    ['email', { api_key: first, webhook_key: 'c3Vubnk=' }, 'webhook_key'],
    ['email', { api_key: first, sender: 'nobody' }, 'sender'],
    ['email', { api_key: first, sender: 'a@example.com, b@example.com' }, 'sender'],
    ['sms', { auth_token: tokens[0] }, 'account_sid'],
    ['sms', { account_sid: sid }, 'auth_token'],
    ['sms', { account_sid: `SK${'7'.repeat(32)}`, auth_token: tokens[0] }, 'account_sid'],
    ['sms', { account_sid: sid, auth_token: tokens[0], sender: 'whatsapp:+15005550006' }, 'sender'],
  ])('%s with %j is refused at the field', async (channel, form, path) => {
    expect(await errorsOf(save(channel, form))).toEqual([{ path, message: expect.any(String) }]);
    expect(await readKeys(api.db.pool, context.db.seals)).toEqual({});
  });

  test('ten tries in a minute, and no more', async () => {
    for (let n = 0; n < 10; n++) await save('email', { api_key: `${first}${n}` });
    await expect(save('email', { api_key: second })).rejects.toMatchObject({ status: 429 });
  });

  test('need a key to be encrypted with', async () => {
    await expect(save('email', { api_key: first }, { ...context, db: api.db })).rejects.toMatchObject({
      status: 409,
      code: 'no_secrets_key',
    });
  });

  test('are removed', async () => {
    await save('email', { api_key: first });
    await removeKeys(needs(), ana, 'email');
    expect(context.env.sendgridApiKey).toBeUndefined();
    await expect(removeKeys(needs(), ana, 'email')).rejects.toMatchObject({ status: 404 });
    const { rows } = await api.db.pool.query(`select action, actor_name from audit_log where action = 'provider.remove'`);
    expect(rows).toEqual([{ action: 'provider.remove', actor_name: 'Ana' }]);
  });

  test('come back from the form without what is secret, also where they are refused', async () => {
    sandbox.setFaults({ email: { bad_key: true } });
    const answer = await submit({ intent: 'save', channel: 'email', api_key: first, sender: 'news@example.com' });
    expect(answer.init?.status).toBe(422);
    expect(answer.data).toMatchObject({ problem: { fields: { sender: 'news@example.com' } } });
    expect(JSON.stringify(answer.data)).not.toContain(first);
    sandbox.setFaults({});
    const saved = await submit({ intent: 'save', channel: 'email', api_key: first });
    expect(JSON.stringify(saved.data)).not.toContain(first);
    expect(saved.data).toMatchObject({ result: { said: expect.stringContaining('used from now on') } });
  });

  test('are encrypted anew with the rest, and read by the key of now', async () => {
    await save('sms', { account_sid: sid, auth_token: tokens[0] });
    const newer = createSeals(randomBytes(32), key);
    await keepSealed({ ...api.db, seals: newer });
    expect(await readKeys(api.db.pool, newer)).toMatchObject({ sms: { keys: { accountSid: sid, authToken: tokens[0] } } });
    // A process that knows the old key only goes on with what it has.
    const warned = vi.fn();
    const env = { ...context.env };
    const followed = await followKeys(context.db, env, { warn: warned }).catch(() => null);
    expect(followed).toBeNull();
    await keys.reload();
    expect(context.env.twilioAuthToken).toBe(tokens[0]);
  });
});

describe('what the environment sets', () => {
  test('wins, field by field, and is not saved', async () => {
    const env = { ...api.context.env, sendgridApiKey: 'SG.of-the-environment', smsFrom: '+15005550001' };
    const own = { ...context, env, providerKeys: await followKeys(context.db, env, context.log) };
    await save('email', { api_key: first, sender: 'news@example.com' }, own);
    await save('sms', { account_sid: sid, auth_token: tokens[0], sender: '+15005550002' }, own);
    expect(env).toMatchObject({
      sendgridApiKey: 'SG.of-the-environment',
      emailFrom: 'news@example.com',
      twilioAuthToken: tokens[0],
      smsFrom: '+15005550001',
    });
    expect(await providerForms(needs(own))).toMatchObject([
      { fixed: { api_key: '' }, saved: { api_key: false } },
      { fixed: { sender: '+15005550001' }, saved: { sender: null } },
    ]);
    expect(JSON.stringify(await providerForms(needs(own)))).not.toContain('of-the-environment');
  });

  test('of Twilio is account and token together', () => {
    const saved = { sms: { keys: { accountSid: sid, authToken: tokens[0], former: { authToken: tokens[1], until: 2_000 } } } };
    expect(inForce({ twilioAccountSid: 'AC1', twilioAuthToken: 'own' }, saved, 1_000)).toMatchObject({
      twilioAccountSid: 'AC1',
      twilioAuthToken: 'own',
      twilioAuthTokenOld: undefined,
    });
    expect(inForce({}, saved, 1_000).twilioAuthTokenOld).toBe(tokens[1]);
    expect(inForce({}, saved, 2_000).twilioAuthTokenOld).toBeUndefined();
  });
});

describe('a replaced key', () => {
  test('that providers sign their reports with is believed for three days beside the new one', async () => {
    const [before, now] = [verification(), verification()];
    await save('email', { api_key: first, webhook_key: before });
    await save('email', { api_key: second, webhook_key: now });
    await save('sms', { account_sid: sid, auth_token: tokens[0] });
    await save('sms', { account_sid: sid, auth_token: tokens[1] });
    expect(context.env).toMatchObject({
      sendgridWebhookPublicKey: now,
      sendgridWebhookPublicKeyOld: before,
      twilioAuthToken: tokens[1],
      twilioAuthTokenOld: tokens[0],
    });
    const [email] = await providerForms(needs());
    expect(Date.parse(email?.saved?.former_until ?? '') - Date.now()).toBeGreaterThan(71 * 3_600_000);
  });

  test('of another account is not', async () => {
    await save('sms', { account_sid: sid, auth_token: tokens[0] });
    await save('sms', { account_sid: `AC${'8'.repeat(32)}`, auth_token: tokens[1] });
    expect(context.env.twilioAuthTokenOld).toBeUndefined();
  });
});

test('other processes hear of it at once, without hearing what', async () => {
  const env = { ...api.context.env };
  const db = { ...openDatabase(api.url), seals: createSeals(key) };
  const followed = await followKeys(db, env, context.log);
  const payloads: (string | undefined)[] = [];
  const raw = await api.db.pool.connect();
  raw.on('notification', ({ payload }) => payloads.push(payload));
  await raw.query('listen rollcall_providers');
  const listener = listen(api.url, { onProviders: () => void followed.reload(), onConnected: () => {}, onLost: () => {} });
  await vi.waitFor(() => expect(listener.connected).toBe(true));
  await save('email', { api_key: first });
  await vi.waitFor(() => expect(env.sendgridApiKey).toBe(first));
  await removeKeys(needs(), ana, 'email');
  await vi.waitFor(() => expect(env.sendgridApiKey).toBeUndefined());
  expect(payloads).toEqual(['{}', '{}']);
  raw.release(true);
  await listener.stop();
  await db.pool.end();
});
