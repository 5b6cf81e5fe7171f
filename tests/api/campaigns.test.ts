import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { openDatabase } from '#db/database.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.drop());
beforeEach(() => api.context.auth.calls.delete('key:1'));

const email = { name: 'Spring', channel: 'email', subject: 'Hello {{ first_name }}', html: '<p>Hi</p>', from: 'Ana <ana@example.com>' };

async function create(input: object = email): Promise<CampaignJson> {
  const response = await api.call('POST', '/campaigns', { body: input });
  expect(response.status).toBe(201);
  return (await response.json()) as CampaignJson;
}

async function problem(response: Response) {
  return (await response.json()) as { status: number; code: string; errors?: { path: string; message: string }[] };
}

test('a draft is made, read, changed and deleted', async () => {
  const made = await create();
  expect(made).toMatchObject({
    ...email,
    status: 'DRAFT',
    total: 0,
    max_retries: 3,
    retries_left: 3,
    unknown_policy: 'resend',
    created_by: 'API key admin',
  });

  const path = `/campaigns/${made.id}`;
  expect(await (await api.call('GET', path)).json()).toEqual(made);
  const changed = (await (await api.call('PATCH', path, { body: { name: 'Summer', html: '', max_retries: 0 } })).json()) as CampaignJson;
  expect(changed).toEqual({ ...made, name: 'Summer', html: null, max_retries: 0, retries_left: 0, version: made.version + 1, revision: 2 });

  expect((await api.call('DELETE', path)).status).toBe(204);
  expect((await api.call('GET', path)).status).toBe(404);
  expect((await api.call('DELETE', path)).status).toBe(404);
});

test('the channel may change while there is nobody; what cannot stay is dropped', async () => {
  const { id } = await create();
  const sms = (await (await api.call('PATCH', `/campaigns/${id}`, { body: { channel: 'sms', text: 'Hi' } })).json()) as CampaignJson;
  expect(sms).toMatchObject({ channel: 'sms', text: 'Hi', subject: null, html: null, from: null });
  await api.call('POST', `/campaigns/${id}/recipients`, { body: [{ address: '+12015550123' }] });
  expect((await api.call('PATCH', `/campaigns/${id}`, { body: { channel: 'email' } })).status).toBe(409);
});

describe('a bad field is named', () => {
  test.each([
    [{}, 'name'],
    [{ name: '   ' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ name: 'two\nlines' }, 'name'],
    [{ channel: 'fax' }, 'channel'],
    [{ subject: 'x\r\nBcc: everyone@example.com' }, 'subject'],
    [{ subject: 'x'.repeat(999) }, 'subject'],
    [{ html: 'a\u0000b' }, 'html'],
    [{ html: 'ä'.repeat(500_001) }, 'html'],
    [{ html: '{{ a }}'.repeat(5_001) }, 'html'],
    [{ html: '{% if a %}'.repeat(61) + '{% endif %}'.repeat(61) }, 'html'],
    [{ from: 'nobody' }, 'from'],
    [{ from: 'Ana <ana@example.com>, Bob <bob@example.com>' }, 'from'],
    [{ from: 'Ana\r\n<ana@example.com>' }, 'from'],
    [{ max_retries: 11 }, 'max_retries'],
    [{ max_retries: 1.5 }, 'max_retries'],
    [{ unknown_policy: 'guess' }, 'unknown_policy'],
    [{ channel: 'sms', subject: 'Hi', html: null, from: null }, 'subject'],
    [{ channel: 'sms', subject: null, html: null, from: 'a name that is too long' }, 'from'],
    [{ nam: 'typo' }, 'nam'],
  ])('%#: %s', async (wrong, path) => {
    const response = await api.call('POST', '/campaigns', {
      body: Object.keys(wrong).length ? { ...email, ...wrong } : { channel: 'email' },
    });
    const answer = await problem(response);
    expect(answer).toMatchObject({ status: 422, code: 'invalid' });
    expect(answer.errors?.map((error) => error.path)).toEqual([path]);
    expect(answer.errors?.[0]?.message).not.toMatch(/^Invalid/);
  });

  test.each(['+15005550006', '12345', 'Rollcall', `MG${'0'.repeat(32)}`])('%s may send SMS', async (from) => {
    expect(await create({ name: 'Text', channel: 'sms', text: 'Hi', from })).toMatchObject({ from });
  });
});

test('bodies that are no JSON, or too large, are refused', async () => {
  const send = (body: string, type = 'application/json') => api.call('POST', '/campaigns', { body, headers: { 'Content-Type': type } });
  expect(await problem(await send('{"name": '))).toMatchObject({ status: 400, code: 'invalid_json' });
  expect(await problem(await send('name=x', 'application/x-www-form-urlencoded'))).toMatchObject({ status: 415 });
  const latin = new Uint8Array(Buffer.from('{"name":"Zoë","channel":"email"}', 'latin1'));
  const json = { 'Content-Type': 'application/json; charset=latin1' };
  const told = await api.call('POST', '/campaigns', { body: latin, headers: json });
  expect(await problem(told)).toMatchObject({ status: 400, code: 'invalid_json', detail: 'The body is not UTF-8. Write JSON as UTF-8.' });
  const packed = { body: latin, headers: { ...json, 'Content-Encoding': 'gzip' } };
  expect((await api.call('POST', '/campaigns', packed)).status).toBe(415);
  expect(
    (await api.call('POST', '/campaigns/1/recipients', { ...packed, headers: { ...packed.headers, 'Content-Type': 'text/csv' } })).status,
  ).toBe(415);
  expect(await problem(await send('[]'))).toMatchObject({ status: 422, code: 'invalid', detail: 'This must be a JSON object.' });
  expect(await problem(await send(`{"name": "${'x'.repeat(1_500_000)}"}`))).toMatchObject({ status: 413, code: 'too_large' });
});

test.each(['0', '501', 'many', '1.5'])('a page of %s is refused in words', async (limit) => {
  const message = 'The limit must be a whole number from 1 to 500.';
  const answer = await problem(await api.call('GET', `/campaigns?limit=${limit}`));
  expect(answer).toMatchObject({ status: 422, errors: [{ path: 'limit', message }] });
});

test('pages of campaigns leave none out and show none twice', async () => {
  const own = await startApi();
  await own.db.pool.query(
    `insert into campaigns (name, channel) select 'Campaign ' || n, (array['email', 'sms']::channel[])[1 + n % 2] from generate_series(1, 57) n`,
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.constantFrom('', 'email', 'sms'), async (limit, channel) => {
      await own.context.auth.calls.delete('key:1');
      const ids: number[] = [];
      let cursor = '';
      do {
        const page = await own.call('GET', `/campaigns?limit=${limit}&channel=${channel}&cursor=${cursor}`);
        const { data, next_cursor } = (await page.json()) as { data: CampaignJson[]; next_cursor: string | null };
        expect(data.length).toBeLessThanOrEqual(limit);
        ids.push(...data.map(({ id }) => id));
        cursor = next_cursor ?? '';
      } while (cursor);
      const { rows } = await own.db.pool.query(`select id from campaigns where $1 in ('', channel::text) order by id desc`, [channel]);
      expect(ids).toEqual(rows.map(({ id }) => id));
    }),
    { numRuns: 15 },
  );
  await own.context.auth.calls.delete('key:1');
  const found = await own.call('GET', '/campaigns?q=AIGN%205');
  expect(((await found.json()) as { data: unknown[] }).data).toHaveLength(9);
  expect((await own.call('GET', '/campaigns?q=%25_')).status).toBe(200);
  for (const query of ['limit=0', 'limit=501', 'limit=x', 'status=LOST', 'cursor=nonsense']) {
    expect(await problem(await own.call('GET', `/campaigns?${query}`))).toMatchObject({
      status: 422,
      errors: [{ path: query.split('=')[0] }],
    });
  }
  await own.drop();
});

describe('an import', () => {
  test.each([
    ['contacts-crm.csv', 'email', { rows: 5000, accepted: 4576, duplicates: 221, rejected: 203 }],
    ['contacts-phones.csv', 'sms', { rows: 1500, accepted: 1368, duplicates: 62, rejected: 70 }],
  ])('of %s reports every row', async (file, channel, expected) => {
    const { id } = await create({ name: file, channel });
    const body = Readable.toWeb(createReadStream(`tests/fixtures/${file}`)) as ReadableStream;
    const response = await api.call('POST', `/campaigns/${id}/recipients?file_name=${file}`, {
      body,
      headers: { 'Content-Type': 'text/csv' },
    });
    expect(response.status).toBe(200);
    const report = (await response.json()) as { errors: unknown[]; report_url: string };
    expect(report).toMatchObject(expected);
    expect(report.errors).toHaveLength(Math.min(100, expected.rejected));

    const csv = await api.call('GET', report.report_url.replace('/api/v1', ''));
    expect((await csv.text()).trim().split('\r\n')).toHaveLength(1 + expected.duplicates + expected.rejected);
    expect(await (await api.call('GET', `/campaigns/${id}`)).json()).toMatchObject({
      total: expected.accepted,
      pending: expected.accepted,
    });

    const exported = await (await api.call('GET', `/campaigns/${id}/export.csv?status=pending`)).text();
    expect(exported.match(/,pending,/g)).toHaveLength(expected.accepted);
    expect((await api.call('DELETE', `/campaigns/${id}/recipients`)).status).toBe(200);
  });

  test('that cannot be read imports nothing', async () => {
    const { id } = await create();
    const send = (body: string, type: string, query = '') =>
      api.call('POST', `/campaigns/${id}/recipients${query}`, { body, headers: { 'Content-Type': type } });
    expect((await send('email\nada@example.com\n"open', 'text/csv')).status).toBe(422);
    expect((await send('', 'text/csv')).status).toBe(422);
    expect((await send('{"address": "ada@example.com"}', 'application/json')).status).toBe(422);
    expect((await send('email\nada@example.com', 'text/plain')).status).toBe(415);
    expect(await problem(await send('email\nada@example.com', 'text/csv', '?address_column=phone&default_country=USA'))).toMatchObject({
      status: 422,
    });
    expect(await (await api.call('GET', `/campaigns/${id}`)).json()).toMatchObject({ total: 0 });
  });
});

test('a reader who leaves an export in the middle leaves no connection and no transaction behind', async () => {
  const { id } = await create();
  await api.db.pool.query(`insert into recipients (campaign_id, address) select $1, n || '@example.com' from generate_series(1, 20000) n`, [
    id,
  ]);
  const { pool } = api.db;
  // On a connection of its own: the one that was left may be the next that the pool hands out.
  const watcher = openDatabase(api.url, { applicationName: 'watcher', max: 1 });
  const reading = async () =>
    (
      await watcher.pool.query(
        `select from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`,
      )
    ).rowCount;
  // More often than there are places for exports, and connections.
  for (let i = 0; i < pool.options.max + 2; i++) {
    const response = await api.call('GET', `/campaigns/${id}/export.csv`);
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    expect(await reading()).toBe(1);
    await reader?.cancel();
    await vi.waitFor(async () => expect(await reading()).toBe(0));
    await vi.waitFor(() => expect(pool.idleCount).toBe(pool.totalCount));
  }
  expect((await api.call('GET', `/campaigns/${id}/export.csv`).then((response) => response.text())).split('\r\n')).toHaveLength(20_002);
  await watcher.pool.end();
});

test('the ledger is searched and one recipient is shown with its attempts', async () => {
  const { id } = await create();
  await api.call('POST', `/campaigns/${id}/recipients`, {
    body: [{ address: 'ada@example.com', first_name: 'Ada' }, { address: 'bob@example.com' }],
  });
  const page = (await (await api.call('GET', `/campaigns/${id}/recipients?q=ADA@&status=pending`)).json()) as { data: { id: number }[] };
  expect(page).toMatchObject({ data: [{ address: 'ada@example.com', variables: { first_name: 'Ada' } }], next_cursor: null });
  const rid = page.data[0]?.id;
  expect(await (await api.call('GET', `/campaigns/${id}/recipients/${rid}`)).json()).toMatchObject({
    recipient: { id: rid },
    attempts: [],
  });
  expect((await api.call('GET', `/campaigns/${id + 1000}/recipients/${rid}`)).status).toBe(404);
  expect(await (await api.call('GET', `/campaigns/${id}/attempts`)).json()).toEqual({ data: [], next_cursor: null });
  expect((await api.call('GET', '/campaigns/999999/attempts')).status).toBe(404);
});

test('the log of attempts ends before the oldest that is under way: what ends late stands before no cursor that has passed', async () => {
  const { id } = await create();
  await api.call('POST', `/campaigns/${id}/recipients`, { body: [1, 2, 3].map((n) => ({ address: `person${n}@log.test` })) });
  await api.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
  const { rows } = await api.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [id]);
  const [first, second, third] = rows.map((row) => row.id);
  const move = (rid: number | undefined, set: string) =>
    api.db.pool.query(`update recipients set ${set}, changed_at = now() where campaign_id = $1 and id = $2`, [id, rid]);
  const log = (attempt: number, rid: number | undefined) =>
    api.db.pool.query(
      `insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome) values ($1, $2, $3, 0, 1, now(), now(), 'accepted')`,
      [attempt, id, rid],
    );
  const logged = async (query = '') => {
    const page = (await (await api.call('GET', `/campaigns/${id}/attempts${query}`)).json()) as {
      data: { id: number }[];
      next_cursor: string;
    };
    return page.data.map((attempt) => attempt.id);
  };
  await move(second, `status = 'queued'`);
  await move(second, `status = 'sending', attempt_id = 9002, claimed_at = now()`);
  await log(9001, first);
  await log(9003, third);
  expect(await logged()).toEqual([9001]);
  await log(9002, second);
  await move(second, `status = 'sent', sent_at = now()`);
  expect(await logged()).toEqual([9001, 9002, 9003]);
});

test('a preview fills in a recipient and tells what is wrong', async () => {
  const { id } = await create();
  await api.call('POST', `/campaigns/${id}/recipients`, { body: [{ address: 'ada@example.com', first_name: 'Ada' }] });
  const preview = async (body?: object) => await (await api.call('POST', `/campaigns/${id}/preview`, { body })).json();
  expect(await preview()).toMatchObject({ recipient: { address: 'ada@example.com' }, subject: 'Hello Ada', problems: [] });
  expect(await preview({ recipient_id: 999_999 })).toMatchObject({ status: 404 });
  await api.call('PATCH', `/campaigns/${id}`, { body: { html: '<p>{{ first_nam }}</p>' } });
  expect(await preview()).toMatchObject({ problems: [{ field: 'html', severity: 'error' }] });
});

test('a campaign is sent, paused, resumed and cancelled', async () => {
  const { id } = await create();
  const act = (verb: string, body?: object) => api.call('POST', `/campaigns/${id}/${verb}`, { body });
  expect(await problem(await act('send'))).toMatchObject({ status: 409, code: 'nobody_to_send_to' });
  await api.call('POST', `/campaigns/${id}/recipients`, { body: [{ address: 'ada@example.com', first_name: 'Ada' }] });
  const sent = await act('send');
  expect(sent.status).toBe(202);
  expect(await sent.json()).toMatchObject({ status: 'SENDING', started_by: 'API key admin' });
  expect((await act('send')).status).toBe(409);
  expect((await api.call('PATCH', `/campaigns/${id}`, { body: { name: 'Late' } })).status).toBe(409);
  expect((await api.call('DELETE', `/campaigns/${id}/recipients`)).status).toBe(409);
  expect((await api.call('DELETE', `/campaigns/${id}`)).status).toBe(409);
  for (const [verb, status] of [
    ['pause', 'PAUSED'],
    ['resume', 'SENDING'],
    ['cancel', 'CANCELLED'],
  ] as const) {
    expect(await (await act(verb)).json()).toMatchObject({ status });
    expect((await act(verb)).status).toBe(409);
  }
});

test('the document describes itself', async () => {
  const document = (await (await api.call('GET', '/openapi.json')).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { responses?: object }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toContain('/campaigns/{id}/send');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({ name: `${method} ${path}`, responses })),
  );
  const told = operations.filter(({ responses }) => responses !== undefined);
  expect(told.length).toBeGreaterThan(40);
  // A malformed request can reach each of them.
  expect(told.filter(({ responses }) => !('400' in (responses as object))).map(({ name }) => name)).toEqual([]);
});
