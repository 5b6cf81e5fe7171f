import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import type { AppLoadContext } from '@remix-run/node';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { busySignIn } from '#app/http/busy-sign-in.server.ts';
import { readForm, readUpload } from '#app/http/request-bytes.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let web: Awaited<ReturnType<typeof startWeb>>;
let context: AppLoadContext;
beforeAll(async () => {
  api = await startApi();
  const env = readEnv({ DATABASE_URL: api.url, LOG_LEVEL: 'error', PORT: String(await freePort()) });
  context = { ...api.context, env };
  web = await startWeb(context);
});
afterAll(async () => {
  await web.stop();
  await api.drop();
});

const megabytes = (count: number) => Readable.from(Array.from({ length: count }, () => Buffer.alloc(1_000_000, 'a')));

/** Sends requests one after the other over one connection, as they are, and answers the statuses that came back. */
async function statuses(...requests: (string | Buffer)[]): Promise<number[]> {
  const socket = connect(context.env.port, '127.0.0.1');
  const answers = socket.setEncoding('latin1').toArray() as Promise<string[]>;
  for (const request of requests) if (!socket.write(request)) await once(socket, 'drain');
  return [...(await answers).join('').matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
}

test('a body that grows too large while it arrives gets its answer, and the connection serves on', async () => {
  const head = `Host: localhost\r\nAuthorization: Bearer ${api.keys.admin}\r\nContent-Type: application/json\r\n`;
  const megabyte = [`${(1_000_000).toString(16)}\r\n`, Buffer.alloc(1_000_000, 'a'), '\r\n'];
  const body = Array.from({ length: 20 }, () => megabyte).flat();
  expect(
    await statuses(
      `POST /api/v1/campaigns HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`,
      ...body,
      '0\r\n\r\n',
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ),
  ).toEqual([413, 200]);
});

test.each(['/api/v1/campaigns/%E0%A4%A', '/api/v1/%', '/api/%ff'])('the broken address %s is answered as a problem', async (path) => {
  const response = await fetch(`http://127.0.0.1:${context.env.port}${path}`, { headers: { Authorization: `Bearer ${api.keys.admin}` } });
  expect([response.status, response.headers.get('content-type')?.split(';')[0]]).toEqual([404, 'application/problem+json']);
  expect(await response.json()).toMatchObject({ status: 404, code: 'not_found' });
});

test.each(['a b', '[', '%zz', 'x:99999999', 'a@b', 'a/b', '<script>'])('the host %s is refused, not an error of ours', async (host) => {
  const request = (headers: string) => `GET /api/v1/campaigns HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;
  expect(await statuses(request(`Host: ${host}\r\n`))).toEqual([400]);
  expect(await statuses(request(`Host: localhost\r\nX-Forwarded-Host: ${host}\r\n`))).toEqual([400]);
});

test('a program that offers HTTP/2 is answered in HTTP/1.1', async () => {
  const offer = 'Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
  expect(await statuses(`GET /api/v1/campaigns HTTP/1.1\r\nHost: localhost\r\n${offer}\r\n`)).toEqual([401]);
});

test('what is no path, and a method that nobody knows, are refused', async () => {
  const tail = 'HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  expect(await statuses(`GET * ${tail}`)).toEqual([400]);
  expect(await statuses(`GET http://elsewhere.test/api/v1/campaigns ${tail}`)).toEqual([400]);
  expect(await statuses(`TRACE /api/v1/campaigns ${tail}`)).toEqual([405]);
  expect(await statuses(`GET /api/v1/campaigns HTTP/1.1\r\nHost: [::1]:3000\r\nConnection: close\r\n\r\n`)).toEqual([401]);
});

test.each([
  '/api/../login',
  '/api/%2e%2e/login',
  '/u/%2E%2e/settings/keys',
  '/u/.%2e/settings/keys',
  '/u/..\\\\settings',
  '/campaigns/./1',
  '/u/a%00b',
])('the path %s, which is two addresses, is refused', async (path) => {
  const tail = 'HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
  expect(await statuses(`GET ${path} ${tail}\r\n`)).toEqual([400]);
  expect(await statuses(`POST ${path} ${tail}Content-Length: 0\r\n\r\n`)).toEqual([400]);
});

test.each([
  '/?q=%00',
  '/campaigns/1?q=%ff',
  '/people?q=%C3%28',
  '/api/v1/campaigns?q=%80',
  '/campaigns/1?_data=root',
  '/campaigns/1?%5Fdata=root',
])('the query of %s, which nothing of ours could read, is refused', async (path) => {
  expect((await fetch(`http://127.0.0.1:${context.env.port}${path}`)).status).toBe(400);
});

test('what a mail program made of an unsubscribe link keeps nobody', async () => {
  const response = await fetch(`http://127.0.0.1:${context.env.port}/u/%?utm_source=M%FCller`);
  expect(response.status).toBe(404);
});

test.each(['/campaigns?q=%00', '/campaigns/1/recipients?code=a%00b', '/suppressions?q=%00', '/people?q=%00'])(
  'NUL in %s is refused',
  async (path) => {
    expect((await api.call('GET', path)).status).toBe(422);
  },
);

test('an import whose file is named with NUL is refused', async () => {
  const { id } = (await (await api.call('POST', '/campaigns', { body: { name: 'NUL', channel: 'email' } })).json()) as { id: number };
  const headers = { 'Content-Type': 'text/csv' };
  const response = await api.call('POST', `/campaigns/${id}/recipients?file_name=a%00b`, { body: 'email\na@b.test\n', headers });
  expect(response.status).toBe(422);
});

test('a form that another site sent is refused, but for those that end a subscription', async () => {
  const post = (path: string, headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${context.env.port}${path}`, { method: 'POST', headers }).then(({ status }) => status);
  expect(await post('/campaigns/1', { Origin: 'https://elsewhere.test' })).toBe(403);
  expect(await post('/campaigns/1', { Origin: 'null' })).toBe(403);
  expect(await post('/campaigns/1', { 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
  for (const headers of [{}, { Origin: `http://127.0.0.1:${context.env.port}` }, { Origin: context.env.baseUrl }])
    expect(await post('/assets/none', headers as Record<string, string>)).toBe(405);
  expect(await post('/u/%', { Origin: 'https://elsewhere.test' })).toBe(404);
});

const boundary = 'multipart/form-data; boundary=x';
const field = (name: string, value: string) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (fileName: string, bytes: string, name = 'file') =>
  `--x\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: text/csv\r\n\r\n${bytes}\r\n`;

/** What an upload's form holds, as the pages read it. */
async function readAll(body: string, type = boundary) {
  const read = { fileName: '', bytes: '', fields: {} as Record<string, string> };
  const found = await readUpload(form(body, type), async (source, fileName, fields) => {
    const bytes = Buffer.concat(await source.toArray()).toString();
    Object.assign(read, { fileName, bytes, fields: Object.fromEntries(fields) });
  });
  return { found, ...read };
}

test.each(['a=b.csv', 'people; spring.csv', 'Kundenübersicht März=neu.csv', 'a%22b.csv', 'no ending', '1=2=3;4=5'])(
  'an upload may be called %s',
  async (name) => {
    const bytes = `email\n${'ana@example.com\n'.repeat(20_000)}`;
    const read = await readAll(`${field('intent', 'import')}${file(name, bytes)}--x--\r\n`);
    expect(read).toEqual({ found: true, fileName: name, bytes, fields: { intent: 'import' } });
  },
);

test('an upload of no file says so', async () => {
  expect(await readAll(`${field('intent', 'import')}${file('', '')}--x--\r\n`)).toMatchObject({ found: false });
});

test.each([
  ['broke off', file('a.csv', 'email\na@ex').slice(0, -2)],
  ['broke off in its head', '--x\r\nno part'],
  ['has no end', file('a.csv', 'email\na@ex')],
  ['has two files', `${file('a.csv', 'email\n')}${file('b.csv', 'email\n')}--x--\r\n`],
  ['has a file of another name', `${file('a.csv', 'email\n', 'other')}--x--\r\n`],
  ['has a thousand fields', `${field('a', 'b').repeat(1000)}${file('a.csv', 'email\n')}--x--\r\n`],
  ['has a huge field', `${field('a', 'b'.repeat(3_000_000))}${file('a.csv', 'email\n')}--x--\r\n`],
  ['has much before its first part', `${'b'.repeat(3_000_000)}\r\n${file('a.csv', 'email\n')}--x--\r\n`],
  ['has a thousand fields behind its file', `${file('a.csv', 'email\n')}${field('a', 'b').repeat(1000)}--x--\r\n`],
])('an upload that %s is refused, and its file is never whole', async (_, body) => {
  let whole = false;
  const read = readUpload(form(body, boundary), async (source) => {
    for await (const _chunk of source);
    whole = true;
  });
  await expect(read).rejects.toMatchObject({ status: 400, code: 'invalid' });
  await new Promise(setImmediate);
  expect(whole).toBe(false);
});

test('an upload without a boundary is refused, and what its reader throws is told', async () => {
  await expect(readAll('x', 'multipart/form-data')).rejects.toMatchObject({ status: 400 });
  const whole = `${file('a.csv', 'email\n'.repeat(200_000))}--x--\r\n`;
  const broken = () => Promise.reject(new Error('the database is away'));
  await expect(readUpload(form(whole, boundary), broken)).rejects.toThrow('the database is away');
  // Whoever stops in the middle of the file is heard, too.
  const stopped = readUpload(form(whole, boundary), async (source) => {
    for await (const _ of source) throw new Error('the columns are wrong');
  });
  await expect(stopped).rejects.toThrow('the columns are wrong');
});

const form = (body: BodyInit, type: string) =>
  new Request('http://localhost/login', { method: 'POST', headers: { 'Content-Type': type }, body, duplex: 'half' } as RequestInit);
const refusal = (request: Request) =>
  readForm(request).then(
    () => null,
    (thrown: { init: ResponseInit }) => thrown.init.status,
  );

test('a form is read up to its limit, and what is no form is refused', async () => {
  const urlencoded = 'application/x-www-form-urlencoded';
  expect((await readForm(form('email=a%40b.test&next=', urlencoded))).get('email')).toBe('a@b.test');
  expect(await refusal(form(Readable.toWeb(megabytes(20)) as ReadableStream, urlencoded))).toBe(413);
  expect(await refusal(form('--x\r\nno part', 'multipart/form-data; boundary=x'))).toBe(400);
  expect(await refusal(form('{}', 'application/json'))).toBe(400);
});

test('while very many sign in, strangers are refused before a page is made for them, and browsers that signed in before are not', async () => {
  const { passwordChecks, knownBrowsers } = context.auth;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const checks = [];
  while (!passwordChecks.isFull(false)) checks.push(passwordChecks.run(false, () => ended));
  const server = express()
    .post('/login', busySignIn(context.auth))
    .use((_, response) => void response.sendStatus(204))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const post = (cookie: string) => fetch(`http://127.0.0.1:${port}/login`, { method: 'POST', headers: { cookie, connection: 'close' } });
  const refused = await post('rollcall_browser=forged~forged');
  expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
    503,
    '3',
    'Very many people are signing in at this moment. Try again in a few seconds.',
  ]);
  const [known = ''] = knownBrowsers.remember(new Headers(), 'ana@example.com').split(';');
  expect((await post(known)).status).toBe(204);
  end();
  await Promise.all(checks);
  expect((await post('')).status).toBe(204);
  server.close();
});
