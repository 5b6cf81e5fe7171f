import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { readForm } from '#app/http/request-bytes.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let web: Awaited<ReturnType<typeof startWeb>>;
let origin: string;
beforeAll(async () => {
  api = await startApi();
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  web = await startWeb({ ...api.context, env: readEnv({ DATABASE_URL: api.url, LOG_LEVEL: 'error', PORT: String(port) }) });
});
afterAll(async () => {
  await web.stop();
  await api.drop();
});

const post = (path: string, body: string | Buffer, type = 'application/json') =>
  fetch(origin + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${api.keys.admin}`, 'Content-Type': type },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
const campaign = (name: string, more = '') => `{"name":${name},"channel":"email"${more}}`;

test.each([
  ['NUL in a name', campaign('"a\\u0000b"'), 422, 'name'],
  ['NUL in a content', campaign('"a"', ',"html":"<p>\\u0000</p>"'), 422, 'html'],
  ['half of an emoji', campaign('"\\ud83d"'), 422, 'name'],
  ['its other half alone', campaign('"x \\uDE00"'), 422, 'name'],
  ['the halves in the wrong order', campaign('"\\ude00\\ud83d"'), 422, 'name'],
  ['NUL in the name of a field', campaign('"a"', ',"x\\u0000":1'), 422, ''],
  ['NUL deep inside', campaign('"a"', `,"x":${'['.repeat(50_000)}"\\u0000"${']'.repeat(50_000)}`), 422, /^x\.0\./],
  ['a whole emoji as escapes', campaign('"\\ud83d\\ude00"'), 201, null],
  ['a backslash before u0000', campaign('"a\\\\u0000"'), 201, null],
])('JSON with %s', async (_what, body, status, path) => {
  const response = await post('/api/v1/campaigns', body);
  expect(response.status).toBe(status);
  const { errors } = (await response.json()) as { errors?: { path: string }[] };
  if (path !== null) expect(errors?.[0]?.path).toEqual(path instanceof RegExp ? expect.stringMatching(path) : path);
});

test.each([
  ['Latin-1', Buffer.from(campaign('"Müller"'), 'latin1')],
  ['a surrogate as bytes', Buffer.from(campaign('"x"').replace('x', '\xed\xa0\x80'), 'latin1')],
  ['an overlong slash', Buffer.from(campaign('"x"').replace('x', '\xc0\xaf'), 'latin1')],
  ['a letter cut in two', Buffer.from(campaign('"x"').replace('x', '\xe2\x82'), 'latin1')],
])('JSON that is no UTF-8: %s', async (_what, body) => {
  expect((await post('/api/v1/campaigns', body)).status).toBe(400);
});

test('a list of contacts as JSON that is no UTF-8 is refused, and no name is changed in silence', async () => {
  const { id } = (await (await post('/api/v1/campaigns', campaign('"List"'))).json()) as { id: number };
  const list = Buffer.from('[{"address":"mia@example.com","name":"Mü"}]', 'latin1');
  const response = await post(`/api/v1/campaigns/${id}/recipients`, list);
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([422, 'invalid_json']);
});

const urlencoded = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=x';
const part = (value: string) => `--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n${value}\r\n--x--\r\n`;
test.each([
  [urlencoded, 'name=a%00b', 400],
  [urlencoded, 'a%00b=name', 400],
  [urlencoded, 'name=%ff', 400],
  [urlencoded, 'name=%ED%A0%80', 400],
  [urlencoded, 'name=M\xfcller', 400],
  [multipart, part('a\0b'), 400],
  [multipart, part('M\xfcller'), 400],
  [urlencoded, 'name=M%C3%BCller+100%', null],
  [multipart, part('100%25 \xc3\xbc'), null],
])('a form (%s) with %j', async (type, body, status) => {
  const request = new Request(origin, { method: 'POST', headers: { 'Content-Type': type }, body: Buffer.from(body, 'latin1') });
  const refused = await readForm(request).then(
    () => null,
    (thrown: { init: ResponseInit }) => thrown.init.status,
  );
  expect(refused).toBe(status);
});

test('names that turn what follows them around are kept without it, of campaigns and of files', async () => {
  const created = await post('/api/v1/campaigns', campaign(JSON.stringify('  \u202egnirpS\u2069 sale\u202c ')));
  const { id, name } = (await created.json()) as { id: number; name: string };
  expect(name).toBe('gnirpS sale');
  expect((await post('/api/v1/campaigns', campaign(JSON.stringify('\u202e')))).status).toBe(422);
  const file = encodeURIComponent('list\u202egpj.csv');
  const imported = await post(`/api/v1/campaigns/${id}/recipients?file_name=${file}`, 'email\nmia@example.com\n', 'text/csv');
  expect(imported.status).toBe(200);
  const { rows } = await api.db.pool.query('select file_name from imports where campaign_id = $1', [id]);
  expect(rows).toEqual([{ file_name: 'listgpj.csv' }]);
});
