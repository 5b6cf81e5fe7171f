import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { deriveWebhookKeys } from '#sandbox/credentials.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Receiver, startReceiver } from '#tests/support/receiver.ts';
import { freePort } from '#tests/support/web.ts';
import { type Process, startProcess, until } from '../../scripts/launch/processes.ts';

/** Unlike anything else, so that it is found wherever it got to. */
const mark = randomBytes(5).toString('hex');
const domain = `recipients-${mark}.test`;
const secrets: Record<string, string> = {
  secretsKey: randomBytes(32).toString('hex'),
  adminPassword: `the-harbour-${mark}-is-calm`,
  apiKey: `rollcall-leak-test-${mark}-0123456789`,
  sendgridKey: `SG.lantern-${mark}.0123456789`,
  twilioToken: `twilio-${mark}-0123456789abcdef`,
  newTwilioToken: `twilio-${mark}-fedcba9876543210`,
  wrongPassword: `not-the-password-${mark}`,
  wrongKey: `rk_wrong-key-${mark}-0123456789`,
};
const accountSid = `AC${mark.padEnd(32, '0')}`;
const admin = `ana-${mark}@staff.test`;
const invited = `bo-${mark}@staff.test`;
const scripts = ['', '', '', '', '+429x2', '+500x1', '+500', '+invalid', '+timeout', '+timeoutaccepted', '+blocked', '+bounce'];
const emails = scripts.map((script, n) => `person${n}${script}@${domain}`);
const phones = [...['+12015550143', '+12015550144', '+19075550101', '+19075550104', '+19075550107', '+19075550111', '+19075550113']];

let own: TestDatabase;
let folder: string;
let url: string;
let sandboxUrl: string;
let receiver: Receiver;
let listener: pg.Client;
const processes: Process[] = [];
const told: string[] = [];
/** Whatever a stranger, or a person who did something wrong, got to see. */
const refusals: string[] = [];
const jobs = new Set<string>();
let watching: NodeJS.Timeout;
let cookie = '';

beforeAll(async () => {
  own = await createTestDatabase();
  receiver = await startReceiver();
  folder = mkdtempSync(join(tmpdir(), 'rollcall-leaks-'));
  const [port, sandboxPort] = [await freePort(), await freePort()];
  [url, sandboxUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${sandboxPort}`];
  const hooks = deriveWebhookKeys(mark);
  const env = {
    DATABASE_URL: own.url,
    PORT: String(port),
    BASE_URL: url,
    DATA_DIR: folder,
    SECRETS_KEY: secrets.secretsKey as string,
    ADMIN_EMAIL: admin,
    ADMIN_PASSWORD: secrets.adminPassword as string,
    API_KEY: secrets.apiKey as string,
    SENDGRID_BASE_URL: sandboxUrl,
    TWILIO_BASE_URL: sandboxUrl,
    SENDGRID_WEBHOOK_PUBLIC_KEY: hooks.publicKey,
    EMAIL_FROM: 'News <news@sender.test>',
    SMS_FROM: '+12025550100',
    WEBHOOK_ALLOW_PRIVATE: '1',
    SEND_TIMEOUT_MS: '1500',
    UNKNOWN_GRACE_S: '1',
    LOG_LEVEL: 'trace',
    NODE_ENV: 'production',
    LAUNCHED: '1',
  };
  const privateKey = hooks.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const sandboxEnv = { SANDBOX: '1', SANDBOX_PORT: String(sandboxPort), SANDBOX_WEBHOOK_PRIVATE_KEY: privateKey };
  listener = new pg.Client(own.url);
  await listener.connect();
  listener.on('notification', ({ channel, payload }) => told.push(`${channel} ${payload}`));
  for (const channel of ['campaign', 'recipients', 'listed', 'alert', 'access', 'providers'])
    await listener.query(`listen rollcall_${channel}`);
  await listener.query('listen "jobs:insert"; listen "worker:migrate"');
  watching = setInterval(() => {
    void own.db.pool
      .query(`select j::text as job from graphile_worker._private_jobs j`)
      .then(({ rows }) => {
        for (const { job } of rows) jobs.add(job);
      })
      .catch(() => {});
  }, 50);
  processes.push(
    startProcess(folder, 'sandbox', 'sandbox/main.ts', { ...env, ...sandboxEnv }),
    startProcess(folder, 'web', 'server.ts', env),
  );
  await until('web answers', 60_000, async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok ?? false);
  processes.push(startProcess(folder, 'worker', 'worker.ts', env));
}, 120_000);

afterAll(async () => {
  clearInterval(watching);
  await Promise.all(processes.map((process) => process.stop()));
  await listener.end();
  await receiver.stop();
  await own.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: unknown, key = secrets.apiKey): Promise<Response> {
  const text = typeof body === 'string';
  return fetch(`${url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(body !== undefined && { 'Content-Type': text ? 'text/csv' : 'application/json' }) },
    ...(body !== undefined && { body: text ? body : JSON.stringify(body) }),
  });
}
async function answer<T>(response: Promise<Response>): Promise<T> {
  const got = await response;
  const text = await got.text();
  if (!got.ok) throw new Error(`${got.status} ${text.slice(0, 300)}`);
  return (text ? JSON.parse(text) : null) as T;
}
const refused = async (response: Promise<Response>) => {
  const got = await response;
  refusals.push(`${got.status} ${[...got.headers].join(' ')} ${await got.text()}`);
  return got.status;
};

function submit(path: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields),
  });
}

async function send(channel: 'email' | 'sms', addresses: string[]): Promise<number> {
  const { id } = await answer<{ id: number }>(
    call('POST', '/campaigns', {
      name: `Leaks ${channel}`,
      channel,
      ...(channel === 'email' && { subject: 'Hello {{ name }}' }),
      text: 'Hello {{ name }}',
    }),
  );
  await answer(
    call('POST', `/campaigns/${id}/recipients`, `address,name\n${addresses.map((one) => `${one},Person`).join('\n')}\nnobody-${mark},X\n`),
  );
  await answer(call('POST', `/campaigns/${id}/send`, {}));
  return id;
}
const ended = (id: number) =>
  vi.waitFor(async () => {
    const { status, unknown } = await answer<{ status: string; unknown: number }>(call('GET', `/campaigns/${id}`));
    expect({ status, unknown }).toEqual({ status: expect.stringMatching(/SENT|FAILED/), unknown: 0 });
  }, 120_000);

test('a whole run with faults leaves no secret and no address where they do not belong', async () => {
  // In, after some who are not.
  for (const email of [admin, `stranger-${mark}@staff.test`])
    await refused(submit('/login', { email, password: secrets.wrongPassword as string }));
  const signedIn = await submit('/login', { email: admin, password: secrets.adminPassword as string });
  expect(signedIn.status).toBe(302);
  cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  secrets.session = decodeURIComponent(/session_token=([^;]+)/.exec(cookie)?.[1] ?? '').split('.')[0] as string;
  await refused(call('GET', '/campaigns', undefined, secrets.wrongKey));

  // Keys of providers: refused, taken, replaced.
  expect(await refused(submit('/settings/providers', { intent: 'save', channel: 'email', api_key: `not-${secrets.sendgridKey}` }))).toBe(
    422,
  );
  const forms: Record<string, string>[] = [
    { channel: 'email', api_key: secrets.sendgridKey as string },
    { channel: 'sms', account_sid: accountSid, auth_token: secrets.twilioToken as string },
    { channel: 'sms', account_sid: accountSid, auth_token: secrets.newTwilioToken as string },
  ];
  for (const form of forms) {
    const page = await submit('/settings/providers', { intent: 'save', ...form });
    expect(page.status).toBe(200);
    refusals.push(await page.text());
  }

  // People, endpoints, links.
  refusals.push(
    String((await submit('/settings/people', { intent: 'add', name: 'Bo', email: invited, role: 'analyst', mail: '1' })).status),
  );
  await submit('/access/forgot', { email: admin });
  const hook = { url: `${receiver.url}/hook-${mark}`, events: ['campaign.failed', 'campaign.partially_sent'] };
  const endpoint = await answer<{ id: number; secret: string }>(call('POST', '/webhook-endpoints', hook));
  const { secret } = await answer<{ secret: string }>(call('POST', `/webhook-endpoints/${endpoint.id}/rotate-secret`));
  Object.assign(secrets, { hook: endpoint.secret, newHook: secret });
  await answer(call('POST', `/webhook-endpoints/${endpoint.id}/test`));

  // Campaigns of both channels with every fault, a retry round, exports.
  await fetch(`${sandboxUrl}/sandbox/faults`, {
    method: 'PUT',
    body: JSON.stringify({
      email: { rate_429: 0.1, rate_500: 0.05, rate_reset: 0.05, rate_cut: 0.05 },
      sms: { rate_500: 0.1, rate_cut: 0.1 },
    }),
  });
  const campaigns = [await send('email', emails), await send('sms', phones)];
  await Promise.all(campaigns.map(ended));
  await fetch(`${sandboxUrl}/sandbox/faults`, { method: 'PUT', body: '{}' });
  for (const id of campaigns) {
    await call('POST', `/campaigns/${id}/retry`, { codes: ['provider_error'] });
    await answer(call('POST', `/campaigns/${id}/preview`, {}));
    expect((await call('GET', `/campaigns/${id}/export.csv`)).status).toBe(200);
  }
  await Promise.all(campaigns.map(ended));
  await answer(call('POST', `/campaigns/${campaigns[0]}/test`, { address: `test@${domain}` }));
  await answer(call('POST', '/suppressions', { channel: 'email', address: `gone@${domain}`, reason: 'manual' }));

  // What goes wrong, with something in it that must not come back.
  const [someone] = emails as [string];
  for (const path of [`/people/${someone}`, `/campaigns/1/recipients?cursor=${someone}`, `/nothing?to=${someone}&key=${secrets.apiKey}`])
    await refused(call('GET', path));
  await refused(call('POST', '/campaigns', { name: 'x', channel: 'email', [someone]: secrets.apiKey }));
  await refused(fetch(`${url}/webhooks/sendgrid`, { method: 'POST', body: JSON.stringify([{ event: 'bounce', email: someone }]) }));
  await refused(
    fetch(`${url}/webhooks/twilio/status?attempt=1`, {
      method: 'POST',
      body: new URLSearchParams({ To: phones[0] as string, MessageStatus: 'sent' }),
    }),
  );
  await refused(fetch(`${url}/u/${secrets.wrongKey}`));
  await refused(fetch(`${url}/campaigns/${someone}`, { headers: { cookie } }));
  const metrics = await (await fetch(`${url}/metrics`)).text();
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(1), 60_000);

  const { rows: kept } = await own.db.pool.query<{ value: string }>(`select value from app_secrets`);
  for (const { value } of kept) expect(value).toMatch(/sealed:/);
  const sent = await answer<{ data: { content: unknown }[] }>(fetch(`${sandboxUrl}/sandbox/messages?limit=1000`));
  const mails = JSON.stringify(sent.data);
  for (const [n, token] of [...mails.matchAll(/\/access\/([\w-]{43})/g)].entries()) secrets[`link${n}`] = token[1] as string;
  expect(Object.keys(secrets).filter((name) => name.startsWith('link')).length).toBeGreaterThan(0);
  await Promise.all(processes.map((process) => process.stop()));

  const logs = Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.log'))
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
  expect(Object.keys(logs).sort()).toEqual(['sandbox.log', 'web.log', 'worker.log']);
  expect(logs['worker.log']?.length).toBeGreaterThan(500);
  expect(told.length).toBeGreaterThan(10);
  expect(jobs.size).toBeGreaterThan(3);
  const callbacks = [...mails.matchAll(/"status_callback":"([^"]+)"/g)].map(([, address]) => decodeURIComponent(address as string));
  expect(callbacks.length).toBeGreaterThan(0);
  const places = {
    ...logs,
    NOTIFY: told.join('\n'),
    jobs: [...jobs].join('\n'),
    answers: refusals.join('\n'),
    metrics,
    'callback addresses': callbacks.join('\n'),
  };
  const found = Object.entries(places).flatMap(([place, text]) =>
    Object.entries(secrets).flatMap(([name, value]) => hits(place, name, value, text)),
  );
  // What somebody put into the address or body of their own call, an answer may say again: to them alone, and it is in no log.
  const people = [...emails, `gone@${domain}`, `test@${domain}`, `nobody-${mark}`, ...phones.flatMap((phone) => [phone, phone.slice(1)])];
  const addresses = Object.entries(places)
    .filter(([place]) => place !== 'answers' && place !== 'sandbox.log')
    .flatMap(([place, text]) => [...people, domain].flatMap((person) => hits(place, 'an address', person, text)));
  expect([...found, ...addresses]).toEqual([]);

  const dump = await dumpOf(own);
  const clear = Object.entries(dump).flatMap(([table, text]) =>
    Object.entries(secrets).flatMap(([name, value]) => hits(table, name, value, text)),
  );
  expect(clear).toEqual([]);
  // Not the domain alone: the audit log may say whose sign-in it was as `t…@domain`.
  for (const table of ['audit_log', 'audit_gathered', 'sign_in_failures', 'campaign_events', 'webhook_attempts', 'notifications'])
    expect(people.flatMap((person) => hits(table, 'an address', person, dump[table] ?? ''))).toEqual([]);

  // And none of what stands there signs anything: an alert, a session, a report of Twilio.
  const alert = receiver.received.at(-1);
  const signatures = [
    String(alert?.headers['webhook-signature']),
    decodeURIComponent(/session_token=([^;]+)/.exec(cookie)?.[1] ?? '').split('.')[1] as string,
    createHmac('sha1', secrets.newTwilioToken as string)
      .update('https://x/')
      .digest('base64'),
  ];
  const words = new Set(JSON.stringify(dump).match(/[\w+/=.-]{16,}/g));
  for (const word of words) {
    const at = new Date(Number(alert?.headers['webhook-timestamp']) * 1_000);
    expect(signatures[0]).not.toContain(hookSignature(word, String(alert?.headers['webhook-id']), at, alert?.body ?? ''));
    expect(
      createHmac('sha256', word)
        .update(secrets.session as string)
        .digest('base64'),
    ).not.toBe(signatures[1]);
    expect(createHmac('sha1', word).update('https://x/').digest('base64')).not.toBe(signatures[2]);
  }
}, 400_000);

function hookSignature(secret: string, id: string, at: Date, body: string): string {
  try {
    return new Webhook(secret).sign(id, at, body);
  } catch {
    return 'no secret at all';
  }
}

/** As it is, encoded for an address, and in Base64 as Basic credentials have it. */
function hits(place: string, name: string, value: string, text: string): string[] {
  const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('base64').slice(0, -4)];
  const at = forms.map((form) => text.indexOf(form)).find((index) => index >= 0);
  return at === undefined ? [] : [`${place} shows ${name}: …${text.slice(Math.max(0, at - 120), at + 120)}…`];
}

async function dumpOf({ db }: TestDatabase): Promise<Record<string, string>> {
  const { rows } = await db.pool.query<{ name: string; table: string }>(
    `select tablename as name, format('%I.%I', schemaname, tablename) as table from pg_tables where schemaname in ('public', 'graphile_worker')`,
  );
  const dump: Record<string, string> = {};
  for (const { name, table } of rows)
    dump[name] = (await db.pool.query(`select coalesce(string_agg(t::text, E'\\n'), '') as text from ${table} t`)).rows[0].text;
  return dump;
}
