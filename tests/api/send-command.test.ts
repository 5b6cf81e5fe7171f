import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { runCommand } from '#tests/support/command.ts';
import { openCutLine } from '#tests/support/cut-line.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let sending: Sending;
let web: Awaited<ReturnType<typeof startWeb>>;
const folder = mkdtempSync(join(tmpdir(), 'rollcall-send-'));

beforeAll(async () => {
  const port = await freePort();
  api = await startApi({ PORT: String(port), BASE_URL: `http://127.0.0.1:${port}` });
  sending = await startSending(api, { SEND_TIMEOUT_MS: '10000' });
  // The web half sends test messages through the same sandbox.
  Object.assign(api.context.env, { ...sending.env, port, baseUrl: `http://127.0.0.1:${port}`, emailFrom: 'news@example.com' });
  web = await startWeb(api.context);
});
afterAll(async () => {
  await web.stop();
  await sending.stop();
  await api.drop();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const send = (...args: string[]) => sendThrough(api.context.env.baseUrl, ...args);

async function sendThrough(url: string, ...args: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['scripts/send.ts', ...args, '--url', url], {
    env: { ...process.env, API_KEY: api.keys.marketer },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, out, err };
}

const html = file('message.html', '<p>Hello {{ first_name }}</p>');
const email = ['--channel', 'email', '--subject', 'News for {{ first_name }}', '--body', html, '--from', 'news@example.com'];

test('a file is sent to everybody in it', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `Person ${i};person${i}@example.com`);
  const contacts = file('good.csv', `First name;E-mail\n${rows.join('\n')}\nTwice;PERSON1@example.com\nNobody;\n`);
  const { status, out, err } = await send(contacts, ...email);
  expect(err).toBe('');
  expect(out).toContain('302 rows: 300 accepted, 1 duplicates, 1 rejected\n  line 303: no address');
  expect(out).toContain('300 of 300 sent\n');
  expect(out).toContain('Sent: 300 of 300 sent in ');
  expect(status).toBe(0);
  expect((await fetch(`${sending.sandbox.url}/sandbox/stats`).then((answer) => answer.json())) as object).toMatchObject({
    accepted: 300,
    doubled: [],
  });
});

test('when some fail the status is 3 and the reasons are told', async () => {
  const contacts = file('some.csv', 'first_name,email\nAda,ada@example.com\nBob,bob+invalid@example.com\n');
  const { status, out } = await send(contacts, ...email);
  expect(out).toContain('Partially sent: 1 of 2 sent');
  expect(out).toMatch(/Why recipients failed\n +1 {2}Address was refused/);
  expect(status).toBe(3);
});

test.each<[string, () => string[], RegExp]>([
  ['no arguments', () => [], /Name the file/],
  ['a file that is not there', () => ['nowhere.csv', ...email], /There is no file nowhere\.csv/],
  ['an unknown option', () => [file('a.csv', 'email\nada@example.com'), ...email, '--colour', 'red'], /--colour/],
  ['no message', () => [file('a.csv', 'email\nada@example.com'), '--channel', 'sms'], /There is no message/],
  ['a file without addresses', () => [file('b.csv', 'name\nAda'), ...email], /column/i],
  ['nobody to send to', () => [file('c.csv', 'email\nnot an address\n'), ...email], /nobody to send to/],
  ['a sender that cannot be', () => [file('a.csv', 'email\nada@example.com'), ...email, '--from', 'nobody'], /from: The sender must be/],
  ['an unknown variable', () => [file('d.csv', 'email\nada@example.com'), ...email], /not ready to be sent/],
])('%s is bad input: status 2, and nothing is left behind', async (_what, args, message) => {
  const before = await api.db.pool.query('select count(*)::int as n from campaigns');
  // The same as npm run send, without a process each.
  const { status, err } = await runCommand(['send', ...args()], { env: { API_KEY: api.keys.marketer, BASE_URL: api.context.env.baseUrl } });
  expect(err).toMatch(message);
  expect(status).toBe(2);
  expect((await api.db.pool.query('select count(*)::int as n from campaigns')).rows).toEqual(before.rows);
});

test('where the answer to the sending is lost, it is asked for, and nobody who reads an error sends twice', async () => {
  const line = await openCutLine(api.context.env.port);
  line.cutAfter(/POST \/api\/v1\/campaigns\/\d+\/send/);
  const contacts = file('lost.csv', 'email,first_name\nlost1@example.com,Lo\nlost2@example.com,Li\n');
  const { status, err } = await sendThrough(`http://127.0.0.1:${line.port}`, contacts, ...email);
  expect([status, err]).toEqual([0, '']);
  expect(sending.sandbox.messages({ to: 'lost1@example.com' }).data).toHaveLength(1);
  await line.stop();
});

test('a test message arrives and is not in the ledger', async () => {
  const made = await api.call('POST', '/campaigns', {
    body: { name: 'Try', channel: 'email', subject: 'Try me', text: 'Hello', from: 'news@example.com' },
  });
  const { id } = (await made.json()) as { id: number };
  const answer = await api.call('POST', `/campaigns/${id}/test`, { body: { address: ' Tester@Example.com ' } });
  expect(await answer.json()).toMatchObject({ outcome: 'accepted', http_status: 202, provider_message_id: expect.any(String) });
  const page = (await fetch(`${sending.sandbox.url}/sandbox/messages?to=tester@example.com`).then((found) => found.json())) as {
    data?: unknown[];
  };
  expect(JSON.stringify(page)).toContain('Try me');
  expect(await (await api.call('GET', `/campaigns/${id}`)).json()).toMatchObject({ status: 'DRAFT', total: 0 });
  expect((await api.call('POST', `/campaigns/${id}/test`, { body: { address: 'nobody' } })).status).toBe(422);
  // It says that it is a test, and is the message of whom the preview is for.
  const list = ['Ada', 'Bob'].map((name) => ({ address: `${name}@example.com`, name }));
  await api.call('POST', `/campaigns/${id}/recipients`, { body: list });
  await api.call('PATCH', `/campaigns/${id}`, { body: { subject: 'For {{ name }}' } });
  const { data } = (await (await api.call('GET', `/campaigns/${id}/recipients`)).json()) as { data: { id: number }[] };
  await api.call('POST', `/campaigns/${id}/test`, { body: { address: 'second@example.com', recipient_id: data[1]?.id } });
  const second = await fetch(`${sending.sandbox.url}/sandbox/messages?to=second@example.com`).then((found) => found.text());
  expect(second).toContain('[Test] For Bob');
  await api.call('POST', '/suppressions', { body: { channel: 'email', address: 'left@example.com', reason: 'unsubscribe' } });
  const suppressed = await api.call('POST', `/campaigns/${id}/test`, { body: { address: ' Left@Example.com' } });
  expect(await suppressed.json()).toMatchObject({ status: 409, code: 'suppressed' });

  const refused = await api.call('POST', `/campaigns/${id}/test`, { body: { address: 'bob+invalid@example.com' } });
  expect(await refused.json()).toMatchObject({ outcome: 'permanent', reason: expect.any(String) });
  for (let i = 0; i < 8; i++) await api.call('POST', `/campaigns/${id}/test`, { body: { address: 'tester@example.com' } });
  expect((await api.call('POST', `/campaigns/${id}/test`, { body: { address: 'tester@example.com' } })).status).toBe(429);
});

test('an upload is streamed, and one that breaks off leaves nothing', async () => {
  const made = await api.call('POST', '/campaigns', { body: { name: 'Big', channel: 'email' } });
  const { id } = (await made.json()) as { id: number };
  const url = `${api.context.env.baseUrl}/api/v1/campaigns/${id}/recipients`;
  const upload = (rows: number, breakOff: boolean) => {
    let n = -1;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++n === 0) return controller.enqueue(Buffer.from('email\n'));
        if (n <= rows / 1000)
          return controller.enqueue(Buffer.from(Array.from({ length: 1000 }, (_, i) => `p${n}-${i}@example.com\n`).join('')));
        if (breakOff) controller.error(new Error('gone'));
        else controller.close();
      },
    });
    const headers = { Authorization: `Bearer ${api.keys.admin}`, 'Content-Type': 'text/csv' };
    return fetch(url, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  };
  await expect(upload(20_000, true)).rejects.toThrow();
  const answer = await upload(50_000, false);
  expect(await answer.json()).toMatchObject({ rows: 50_000, accepted: 50_000 });
  expect(await (await api.call('GET', `/campaigns/${id}`)).json()).toMatchObject({ total: 50_000 });
});
