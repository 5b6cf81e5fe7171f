import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { runCommand, type Surroundings } from '#tests/support/command.ts';
import { openCutLine } from '#tests/support/cut-line.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';
import { freePort, startWeb } from '#tests/support/web.ts';

let api: TestApi;
let sending: Sending;
let web: Awaited<ReturnType<typeof startWeb>>;
const folder = mkdtempSync(join(tmpdir(), 'rollcall-command-'));
const [EVIL, HARMLESS] = ['Spring\u001b[2J\u202e\u009b1m sale', 'Spring\ufffd[2J\ufffd\ufffd1m sale'];

beforeAll(async () => {
  const port = await freePort();
  api = await startApi({ PORT: String(port), BASE_URL: `http://127.0.0.1:${port}` });
  sending = await startSending(api, { SEND_TIMEOUT_MS: '10000' });
  Object.assign(api.context.env, { ...sending.env, port, baseUrl: `http://127.0.0.1:${port}`, emailFrom: 'news@example.com' });
  web = await startWeb(api.context);
});
afterAll(async () => {
  await web.stop();
  await sending.stop();
  await api.drop();
  rmSync(folder, { recursive: true });
});

/** Runs it as a script would: no terminal. */
const run = (args: string[], { env, settings, typed }: Partial<Surroundings> = {}) =>
  runCommand(args, {
    env: {
      API_KEY: api.keys.marketer,
      BASE_URL: api.context.env.baseUrl,
      XDG_CONFIG_HOME: join(folder, 'config'),
      DATA_DIR: folder,
      ...env,
    },
    ...(typed !== undefined && { typed }),
    ...(settings && { settings }),
  });

/** One that has ended, with a failure. */
async function ended(addresses: string[], name = 'News') {
  const id = await draftCampaign(api.db, { addresses });
  await api.db.pool.query('update campaigns set name = $2 where id = $1', [id, name]);
  expect((await api.call('POST', `/campaigns/${id}/send`)).status).toBe(202);
  expect((await run(['watch', String(id)])).out).toContain(`/campaigns/${id}`);
  return id;
}

describe('campaigns', () => {
  test('are listed, shown, watched to their end, and sent to again, with a status that scripts can ask', async () => {
    const id = await ended(['ada@example.com', 'bo+invalid@example.com', 'cy+invalid@example.com'], EVIL);
    const one = await run(['status', String(id)]);
    expect(one.out).toContain('Partially sent: 1 of 3 sent');
    expect(one.out).toContain(HARMLESS);
    for (const text of [one.out, (await run(['status'])).out]) for (const sign of '\u001b\u202e\u009b') expect(text).not.toContain(sign);
    expect((await run(['status', '--search', 'Spring'])).out).toMatch(
      /ID +STATUS +CHANNEL +SENT +FAILED +NAME\n\d+ +Partially sent +email +1 of 3 +2 +Spring/,
    );
    expect(await run(['watch', String(id)])).toMatchObject({ status: 3, err: '' });

    const byDefault = await run(['retry', String(id), '--yes']);
    expect(byDefault).toMatchObject({ status: 3, err: expect.stringMatching(/nobody to send to again \(3 attempts left\)/) });
    expect(byDefault.out).toMatch(/^AGAIN +PEOPLE +CODE +WHY\nno +2 +invalid_address[^\n]*\n$/);
    const chosen = ['retry', String(id), '--code', 'invalid_address'];
    expect(await run([...chosen, '--dry-run'])).toMatchObject({ status: 0, err: expect.stringContaining('would send to 2 again') });
    // Nobody is there to be asked.
    expect(await run(chosen)).toMatchObject({ status: 2, err: expect.stringContaining('--yes') });
    expect(await run(['retry', String(id), '--code', 'weather', '--yes'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('There are: '),
    });
    const again = await run([...chosen, '--yes', '--watch', '--json']);
    const lines = again.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; retry_count?: number });
    expect(lines.at(-1)).toMatchObject({ type: 'ended', retry_count: 1, failures: expect.any(Array) });
    expect(again.status).toBe(3);
  });

  test('that all were sent of end with 0, from a file to the end', async () => {
    const contacts = join(folder, 'people.csv');
    writeFileSync(contacts, 'email\ndee@example.com\n');
    const sent = await run([
      'send',
      contacts,
      '--channel',
      'email',
      '--subject',
      'Hi',
      '--text',
      'Hello',
      '--from',
      'news@example.com',
      '--json',
    ]);
    expect(sent.status).toBe(0);
    expect(JSON.parse(sent.out)).toMatchObject({ status: 'SENT', sent: 1, failures: [] });
    expect(sent.err).toContain('1 rows: 1 accepted');
    expect((await run(['send', 'nowhere.csv', '--channel', 'sms', '--text', 'x'])).status).toBe(2);
  });

  test('that nobody sends are not waited for', async () => {
    const id = await draftCampaign(api.db, { addresses: ['a@example.com'] });
    expect(await run(['watch', String(id)])).toMatchObject({ status: 2, err: expect.stringContaining('a draft') });
    expect(await run(['watch', '999999'])).toMatchObject({ status: 2 });
  });

  test('are not watched for ever by a key that is taken back', async () => {
    const id = await draftCampaign(api.db, { addresses: ['a@example.com'] });
    const body = { scheduled_at: new Date(Date.now() + 3_600_000).toISOString() };
    expect((await api.call('POST', `/campaigns/${id}/send`, { body })).status).toBe(202);
    const { key, apiKey } = await createApiKey(api.db, { name: 'short', role: 'analyst', createdBy: null });
    const watching = run(['watch', String(id)], { env: { API_KEY: key } });
    const used = 'select last_used_at is not null as used from api_keys where id = $1';
    await expect.poll(async () => (await api.db.pool.query(used, [apiKey.id])).rows[0].used).toBe(true);
    await revokeApiKey(api.db, apiKey.id);
    expect(await watching).toMatchObject({ status: 1, err: expect.stringContaining('does not count any more') });
  });
});

test('one that is made a draft again is not watched for ever', async () => {
  const id = await draftCampaign(api.db, { addresses: ['a@example.com'] });
  const body = { scheduled_at: new Date(Date.now() + 3_600_000).toISOString() };
  await api.call('POST', `/campaigns/${id}/send`, { body });
  const { key, apiKey } = await createApiKey(api.db, { name: 'watcher', role: 'analyst', createdBy: null });
  const watching = run(['watch', String(id)], { env: { API_KEY: key } });
  const used = 'select last_used_at is not null as used from api_keys where id = $1';
  await expect.poll(async () => (await api.db.pool.query(used, [apiKey.id])).rows[0].used).toBe(true);
  expect((await api.call('POST', `/campaigns/${id}/unschedule`)).status).toBe(200);
  expect(await watching).toMatchObject({ status: 1 });
});

describe('people and exports', () => {
  test('one person is found in every spelling, and nobody is told by the status', async () => {
    const id = await ended(['eve+invalid@example.com']);
    const found = await run(['people', ' EVE+Invalid@Example.com ']);
    expect(found.out).toMatch(
      new RegExp(`ADDRESS.*\\neve\\+invalid@example\\.com +Failed +invalid_address .*/campaigns/${id}/recipients/`),
    );
    expect(JSON.parse((await run(['people', 'eve+invalid', '--json'])).out)).toMatchObject({ data: [{ campaign: { id } }] });
    expect(await run(['people', 'nobody@nowhere.test'])).toMatchObject({ status: 3, out: '' });
  });

  test('an export is whole or not there', async () => {
    const id = await ended(['flo@example.com', 'gus+invalid@example.com']);
    const file = join(folder, 'ledger.csv');
    expect(await run(['export', String(id), '--status', 'failed', '--out', file])).toMatchObject({ status: 0, out: '' });
    expect(readFileSync(file, 'utf8')).toMatch(/^[^\n]*address[^\n]*\n[^\n]*gus\+invalid[^\n]*\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run(['export', String(id), '--out', file])).toMatchObject({ status: 2, err: expect.stringContaining('--force') });
    expect((await run(['export', String(id), '--out', file, '--force'])).status).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('flo@example.com');
    expect((await run(['export', String(id)])).out).toBe(readFileSync(file, 'utf8'));
    expect((await run(['export', String(id), '--out', join(folder, 'no', 'such', 'folder.csv')])).status).toBe(2);

    const line = await openCutLine(api.context.env.port);
    line.cutAfter(/GET \/api\/v1\/campaigns\/\d+\/export/);
    const cut = await run(['export', String(id), '--out', join(folder, 'cut.csv'), '--url', `http://127.0.0.1:${line.port}`]);
    await line.stop();
    expect(cut.status).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith('cut.csv'))).toEqual([]);
  });
});

describe('a login', () => {
  const config = join(folder, 'config', 'rollcall', 'logins.json');
  const away = { API_KEY: undefined };

  test('is kept once it was tried, for this Rollcall and its owner alone', async () => {
    expect(await run(['status'], { env: away })).toMatchObject({ status: 2, err: expect.stringContaining('rollcall login') });
    expect(await run(['login'], { env: away, typed: 'not-one-of-its-keys\n' })).toMatchObject({ status: 1 });
    expect(await run(['login'], { env: away, typed: '\n' })).toMatchObject({ status: 2 });
    expect(existsSync(config)).toBe(false);

    expect(await run(['login'], { env: away, typed: `${api.keys.marketer}\n` })).toMatchObject({ status: 0, out: '' });
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect((await run(['status'], { env: { ...away, BASE_URL: undefined } })).status).toBe(0);
    expect((await run(['status'], { env: { ...away, BASE_URL: 'http://elsewhere.test' } })).status).toBe(2);
    // No other gets the key.
    const line = await openCutLine(api.context.env.port);
    const other = `http://127.0.0.1:${line.port}`;
    expect(await run(['status', '--url', other], { env: away })).toMatchObject({
      status: 2,
      err: expect.stringContaining(`no API key for ${other}`),
    });
    await line.stop();

    expect((await run(['logout'], { env: away })).status).toBe(0);
    expect((await run(['status'], { env: away })).status).toBe(2);
    expect(readFileSync(config, 'utf8')).not.toContain(api.keys.marketer);
  });

  test('is told of where its file is not one', async () => {
    mkdirSync(join(folder, 'config', 'rollcall'), { recursive: true });
    writeFileSync(config, '{"keys": 1}');
    expect(await run(['status'], { env: away })).toMatchObject({ status: 1, err: expect.stringContaining(config) });
    rmSync(config);
  });
});

describe('keys of this folder', () => {
  test.each([
    ['its own', { BASE_URL: 'here' }, 'here', 0],
    ['this machine at its port', {}, 'here', 0],
    ['another by --url', { BASE_URL: 'here' }, 'other', 2],
  ])('go to %s: %j, %s', async (_where, settings, to, status) => {
    const other = `http://127.0.0.1:${await freePort()}`;
    const url = { here: api.context.env.baseUrl, other }[to] as string;
    const own = {
      PORT: String(api.context.env.port),
      API_KEY: api.keys.marketer,
      ...('BASE_URL' in settings && { BASE_URL: api.context.env.baseUrl }),
    };
    const told = await run(['status', '--url', url], { env: { API_KEY: undefined, BASE_URL: undefined }, settings: own });
    expect(told).toMatchObject({ status, err: status ? expect.stringContaining('no API key') : '' });
  });
});

describe('what answers is something else', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['idempotency-key'] ?? ''}`);
    answer(request, response);
  });
  let url: string;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const json = (response: ServerResponse, body: object, status = 200) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  test.each<[string, string[], (response: ServerResponse) => void, RegExp]>([
    [
      'a page to sign in',
      ['status'],
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in'),
      /is not Rollcall/,
    ],
    [
      'one instead of the ledger',
      ['export', '1', '-o', join(folder, 'html.csv')],
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>'),
      /is not Rollcall/,
    ],
    [
      'a way elsewhere',
      ['retry', '1', '--yes'],
      (response) => response.writeHead(302, { location: 'https://sso.example/login?a' }).end(),
      /leads to https:\/\/sso\.example\. /,
    ],
    ['another product that says no', ['login'], (response) => json(response, { detail: 'Not Found' }, 404), /is not Rollcall/],
    [
      'a page of a proxy',
      ['status'],
      (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('Bad gateway'),
      /is not Rollcall.*502/,
    ],
  ])('%s: told, and nothing is left behind', async (_what, args, answers, message) => {
    answer = (_request, response) => answers(response);
    const told = await run([...args, '--url', url], { typed: 'rk_0123456789abcdef\n' });
    expect(told).toMatchObject({ status: 1, out: '' });
    expect(told.err).toMatch(message);
    expect(existsSync(join(folder, 'html.csv'))).toBe(false);
    expect(existsSync(join(folder, 'config', 'rollcall', 'logins.json'))).toBe(false);
  });

  const preview = {
    by_reason: [
      { code: 'rate_limited', label: 'Limited', count: 5, retry_by_default: true },
      { code: 'not_tried', label: 'Not sent to yet', count: 9_995, retry_by_default: true },
    ],
    ...{ retryable: 10_000, excluded: [], retries_left: 2, retry_until: null },
  };

  test('who was not tried is counted with every choice of reasons, as they are sent to', async () => {
    answer = ({ url = '' }, response) => json(response, url.endsWith('/retry') ? preview : { id: 1, name: 'Big' });
    const told = await run(['retry', '1', '--code', 'rate_limited', '--dry-run', '--url', url]);
    expect(told.err).toContain('would send to 10,000 again');
    expect(told.out).toMatch(/yes +9,995 +not_tried/);
  });

  test('a retry whose answers are lost is asked for twice as the same, and then is to be looked for', async () => {
    answer = ({ method, url = '', socket }, response) =>
      method === 'POST' ? socket.destroy() : json(response, url.endsWith('/retry') ? preview : { id: 1, name: 'Big' });
    asked.length = 0;
    const told = await run(['retry', '1', '--yes', '--url', url]);
    expect(told).toMatchObject({ status: 1, err: expect.stringContaining(`Look at ${url}/campaigns/1`) });
    const posts = asked.filter((line) => line.startsWith('POST'));
    expect([posts.length, new Set(posts).size]).toEqual([2, 1]);
  });
});

describe('a call that cannot be', () => {
  test.each([
    ['no command', [], /Usage/],
    ['another command', ['retyr', '1'], /Did you mean retry/],
    ['an id that is a name', ['status', 'Spring'], /whole number/],
    ['an id with more behind it', ['watch', '12abc'], /whole number/],
    ['an id in hexadecimal', ['export', '0x10'], /whole number/],
    ['an id below one', ['retry', '0'], /whole number/],
    ['no id', ['watch'], /missing required argument/],
    ['two ids', ['status', '1', '2'], /too many arguments/],
    ['a status that does not exist', ['export', '1', '--status', 'lost'], /Allowed choices/],
    ['an address that is no URL', ['status', '--url', 'localhost:3000'], /is not a URL/],
    ['nobody to look for', ['people', ' '], /Enter an address/],
    ['a shell that it does not know', ['completion', 'cmd'], /Allowed choices/],
    ['two codes where one is meant', ['export', '1', '--code', 'a', '--code', 'b'], /Say it once/],
    ['a file without a name', ['export', '1', '--out', ''], /needs a name/],
    ['a folder for a file', ['export', '1', '--force', '--out', folder], /is no file/],
    ['a device for a file', ['export', '1', '--force', '--out', '/dev/null'], /is no file/],
    ['two dashes before send', ['--', 'send', 'a.csv'], /Say send first/],
    ['what would steer a terminal', ['\u001b[2Jretry'], /unknown command '\ufffd\[2Jretry'/],
  ])('%s: status 2, and nothing on the standard output', async (_what, args, message) => {
    const { status, out, err } = await run(args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  test('is told as JSON where JSON is asked for, and so is a Rollcall that is away', async () => {
    expect(JSON.parse((await run(['status', 'x', '--json'])).err)).toEqual({ error: { message: expect.stringContaining('whole number') } });
    const nowhere = await run(['status', '--json', '--url', `http://127.0.0.1:${await freePort()}`]);
    expect([nowhere.status, nowhere.out]).toEqual([1, '']);
    expect(JSON.parse(nowhere.err)).toEqual({ error: { message: expect.stringContaining('No Rollcall answers') } });
    expect((await run(['status'], { env: { API_KEY: 'rk_wrong' } })).status).toBe(1);
  });
});

test('it runs as it is installed, from any folder, and ends where nobody reads on', async () => {
  const bin = join(process.cwd(), 'bin', 'rollcall.js');
  chmodSync(bin, 0o755);
  const shell = promisify(execFile);
  const { stdout } = await shell('bash', ['-o', 'pipefail', '-c', `${bin} completion bash | head -1; ${bin} completion bash | bash -n`], {
    cwd: folder,
  });
  expect(stdout).toBe('_rollcall() {\n');
});
