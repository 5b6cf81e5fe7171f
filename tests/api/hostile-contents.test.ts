import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { AppLoadContext } from '@remix-run/node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { loadPage, pages } from '#tests/support/pages.ts';
import { signedIn } from '#tests/support/people.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

/** Contents and lists that mean harm, brought to the running server over HTTP: by the API, and by pages with a session. */

let api: TestApi;
let context: AppLoadContext;
let web: Awaited<ReturnType<typeof startWeb>>;
let browser: Record<string, string>;
const open: Socket[] = [];

beforeAll(async () => {
  api = await startApi({ LOG_LEVEL: 'fatal', EMAIL_FROM: 'Rollcall <news@sender.test>' });
  const env = { ...api.context.env, port: await freePort() };
  context = { ...api.context, env };
  const routes = ['campaigns.$id_.check', '_app.campaigns.$id_.edit'].map(async (name) => {
    const found = pages.find(({ id }) => id === `routes/${name}`);
    return { id: `routes/${name}`, path: found?.path ?? '', module: await loadPage(found?.file ?? '') };
  });
  web = await startWeb(context, {}, await Promise.all(routes));
  browser = { ...(await signedIn(context, 'Ira', 'admin')).browser, origin: env.baseUrl };
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  await web.stop();
  await api.drop();
});

const at = (path: string) => `http://127.0.0.1:${context.env.port}${path}`;
const key = () => ({ Authorization: `Bearer ${api.keys.admin}` });
const json = () => ({ ...key(), 'Content-Type': 'application/json' });
const draft = (text?: string) => draftCampaign(api.db, { addresses: ['mia@example.com'], ...(text && { text }) });

test('what the editor asks while somebody types is read up to its limit, however it is sent', async () => {
  const id = await draft();
  const body = Readable.toWeb(Readable.from(Array.from({ length: 9 }, () => Buffer.alloc(1_000_000, ' ')))) as BodyInit;
  const sent = { method: 'POST', headers: { ...browser, 'Content-Type': 'application/json' }, body, duplex: 'half' } as RequestInit;
  const answer = await fetch(at(`/campaigns/${id}/check`), sent);
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ code: 'too_large', detail: expect.stringContaining('8 MB') });
});

test('the names that the editor asks for are text, and not many', async () => {
  const id = await draft();
  const ask = (query: string) => fetch(at(`/campaigns/${id}/check?${query}`), { headers: browser });
  expect((await ask('name=city')).status).toBe(200);
  expect((await ask('name=%00')).status).toBe(400);
  const many = await ask(Array.from({ length: 5_000 }, (_, i) => `name=n${i}`).join('&'));
  expect(many.status).toBeLessThan(500);
});

test('a content that came past the API is told as too much, by whatever reads it', async () => {
  const id = await draft();
  const html = Array.from({ length: 50_000 }, (_, i) => `{{ v${i} }}`).join(' ');
  await api.db.pool.query('update campaigns set html = $2 where id = $1', [id, html]);
  const preview = await fetch(at(`/api/v1/campaigns/${id}/preview`), { method: 'POST', headers: key() });
  expect(preview.status).toBe(200);
  const excess = expect.stringContaining('more than 5,000 tags');
  expect(await preview.json()).toMatchObject({ html: null, problems: [{ field: 'html', severity: 'error', message: excess }] });
  const sent = await fetch(at(`/api/v1/campaigns/${id}/send`), { method: 'POST', headers: key() });
  expect(sent.status).toBe(422);
  expect(await sent.json()).toMatchObject({ errors: [{ path: 'html', message: excess }] });
  expect(await (await fetch(at(`/api/v1/campaigns/${id}`), { headers: key() })).json()).toMatchObject({ status: 'DRAFT' });
});

const deep = (count: number) => '['.repeat(count) + ']'.repeat(count);
test.each([
  ['a list of lists', deep(50_000)],
  ['a list of lists that never ends', '['.repeat(50_000)],
  ['a column of lists', `[{"address":"bo@example.com","x":${deep(50_000)}}]`],
  ['a column of objects', `[{"address":"bo@example.com","x":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}]`],
])('an import of %s is refused in words', async (_, body) => {
  const id = await draft();
  const answer = await fetch(at(`/api/v1/campaigns/${id}/recipients`), { method: 'POST', headers: json(), body });
  expect([400, 422]).toContain(answer.status);
  expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(/ .*\.$/) });
  expect(await (await fetch(at(`/api/v1/campaigns/${id}`), { headers: key() })).json()).toMatchObject({ total: 1 });
});

describe('the page that takes a contact file', () => {
  const field = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n';
  const upload = (id: number, fileName: string, before = '') => {
    const file = `--x\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: text/csv\r\n\r\n`;
    const headers = { ...browser, 'Content-Type': 'multipart/form-data; boundary=x' };
    const body = `${before}${file}email\nnew@example.com\n\r\n--x--\r\n`;
    return fetch(at(`/campaigns/${id}/edit.data`), { method: 'POST', headers, body, redirect: 'manual' });
  };
  const imported = async (id: number) =>
    (await api.db.pool.query('select file_name, accepted from imports where campaign_id = $1', [id])).rows;

  test('takes one that is called a=b.csv', async () => {
    const id = await draft();
    expect((await upload(id, 'a=b.csv')).status).toBeLessThan(400);
    expect(await imported(id)).toEqual([{ file_name: 'a=b.csv', accepted: 1 }]);
  });

  test('takes none behind a thousand fields', async () => {
    const id = await draft();
    const answer = await upload(id, 'list.csv', field.repeat(1_000));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('more than one file');
    expect(await imported(id)).toEqual([]);
  });
});

test('ten uploads that hardly move keep nobody from an import or an export', async () => {
  const id = await draft();
  const slow = await Promise.all(Array.from({ length: 10 }, () => draft()));
  for (const one of slow) {
    const socket = connect(context.env.port, '127.0.0.1').on('error', () => {});
    open.push(socket);
    const head = `Host: localhost\r\nAuthorization: Bearer ${api.keys.admin}\r\nContent-Type: text/csv\r\nContent-Length: 1000000`;
    socket.write(`POST /api/v1/campaigns/${one}/recipients HTTP/1.1\r\n${head}\r\n\r\nemail\nslow@example.com\n`);
  }
  const under = () => api.db.pool.query(`select from import_runs where campaign_id = any($1)`, [slow]);
  await vi.waitFor(async () => expect((await under()).rowCount).toBe(10));
  const body = 'email\nnew@example.com\n';
  const taken = await fetch(at(`/api/v1/campaigns/${id}/recipients`), {
    method: 'POST',
    headers: { ...key(), 'Content-Type': 'text/csv' },
    body,
  });
  expect([taken.status, await taken.json()]).toMatchObject([200, { accepted: 1 }]);
  const file = await fetch(at(`/api/v1/campaigns/${id}/export.csv`), { headers: key() });
  expect([file.status, (await file.text()).trim().split('\r\n').length]).toEqual([200, 3]);
  expect((await under()).rowCount).toBe(10);
});

describe('formulas', () => {
  test.each([
    [',', ','],
    ['%3B', ';'],
    ['tab', '\t'],
  ])('begin no cell of an export that is cut by %s', async (delimiter, sign) => {
    const id = await draft();
    const told = [{ address: 'eve@example.com', note: '=1+1', more: 'x;=1+1', most: '\t=1', words: 'a|@SUM(A1)', list: 'x,-1+2' }];
    const taken = await fetch(at(`/api/v1/campaigns/${id}/recipients`), { method: 'POST', headers: json(), body: JSON.stringify(told) });
    expect(taken.status).toBe(200);
    const file = await fetch(at(`/api/v1/campaigns/${id}/export.csv?delimiter=${delimiter}`), { headers: key() });
    const text = await file.text();
    expect(text).toContain(`x;'=1+1`);
    // Whatever separator a spreadsheet expects, with or without quotation marks.
    for (const expected of new Set([sign, ',', ';', '\t', '|']))
      for (const cell of text.split(/\r?\n/).flatMap((line) => line.split(expected))) expect(cell).not.toMatch(/^[\s"]*[=@+-]/);
  });
});
