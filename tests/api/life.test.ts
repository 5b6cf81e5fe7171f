import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { type CallOptions, startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';

let api: TestApi;
let sending: Sending;
beforeAll(async () => {
  api = await startApi();
  sending = await startSending(api, { SEND_TIMEOUT_MS: '3000' });
});
afterAll(async () => {
  await sending.stop();
  await api.drop();
});
beforeEach(() => api.context.auth.calls.delete('key:1'));

const post = (path: string, body?: unknown, options: CallOptions = {}) => api.call('POST', path, { body, ...options });
const draft = (addresses = ['ada@example.com']) => draftCampaign(api.db, { addresses });
const problem = async (response: Response) =>
  (await response.json()) as { status: number; code: string; detail: string; errors?: { path: string; message: string }[] };

async function ended(addresses: string[], faults: object = {}, setup: object = {}): Promise<number> {
  await sending.sandbox.setFaults(faults);
  const id = await draftCampaign(api.db, { addresses, ...setup });
  await sending.send(id);
  await sending.untilEnded(id);
  await sending.sandbox.setFaults({});
  return id;
}
const recipientOf = async (id: number, q: string) => {
  const { data } = (await (await api.call('GET', `/campaigns/${id}/recipients?q=${encodeURIComponent(q)}`)).json()) as {
    data: RecipientJson[];
  };
  return data[0] as RecipientJson;
};

describe('a schedule', () => {
  test('is kept with its zone, taken back, and made again', async () => {
    const id = await draft();
    const send = { scheduled_at: '2099-07-01T09:00', time_zone: 'Europe/Berlin' };
    const scheduled = await post(`/campaigns/${id}/send`, send);
    expect(scheduled.status).toBe(202);
    expect(await scheduled.json()).toMatchObject({
      status: 'SCHEDULED',
      scheduled_at: '2099-07-01T07:00:00.000Z',
      time_zone: 'Europe/Berlin',
    });
    expect((await post(`/campaigns/${id}/send`, send)).status).toBe(409);
    expect((await api.call('PATCH', `/campaigns/${id}`, { body: { name: 'Other' } })).status).toBe(409);
    const taken = await post(`/campaigns/${id}/unschedule`);
    expect(taken.status).toBe(200);
    expect(await taken.json()).toMatchObject({ status: 'DRAFT', scheduled_at: null, time_zone: null });
    expect((await post(`/campaigns/${id}/unschedule`)).status).toBe(409);
    expect((await post(`/campaigns/${id}/send`, { scheduled_at: '2099-01-01T00:00:00+01:00' })).status).toBe(202);
    expect(await (await post(`/campaigns/${id}/cancel`)).json()).toMatchObject({ status: 'CANCELLED' });
  });

  test.each([
    ['the hour that the clocks skip', { scheduled_at: '2099-03-29T02:30', time_zone: 'Europe/Berlin' }, 'scheduled_at'],
    ['wall time without a zone', { scheduled_at: '2099-07-01T09:00' }, 'time_zone'],
    ['a zone that is none', { scheduled_at: '2099-07-01T09:00', time_zone: 'Mars/Olympus' }, 'time_zone'],
    ['the past', { scheduled_at: '2020-07-01T09:00Z' }, 'scheduled_at'],
    ['no time at all', { scheduled_at: 'soon', time_zone: 'Europe/Berlin' }, 'scheduled_at'],
    ['an empty time', { scheduled_at: '' }, 'scheduled_at'],
    ['a zone that is none, without a time', { time_zone: 'Mars/Olympus' }, 'time_zone'],
  ])('at %s is refused', async (_, body, path) => {
    const id = await draft();
    const answer = await problem(await post(`/campaigns/${id}/send`, body));
    expect(answer).toMatchObject({ status: 422, code: 'invalid', errors: [{ path }] });
    expect(await (await api.call('GET', `/campaigns/${id}`)).json()).toMatchObject({ status: 'DRAFT', scheduled_at: null });
  });

  test('in the hour that the clocks repeat means the earlier', async () => {
    const id = await draft();
    const answer = await post(`/campaigns/${id}/send`, { scheduled_at: '2099-10-25T02:30', time_zone: 'Europe/Berlin' });
    expect(await answer.json()).toMatchObject({ scheduled_at: '2099-10-25T00:30:00.000Z' });
  });
});

describe('a retry', () => {
  test('is told before it is made: by reason, with what is left out', async () => {
    const id = await ended(['gone+invalid@example.com', 'slow+500@example.com', ...numbered(3)]);
    const preview = await api.call('GET', `/campaigns/${id}/retry`, { key: api.keys.analyst });
    expect(await preview.json()).toEqual({
      retryable: 1,
      by_reason: expect.arrayContaining([
        { code: 'provider_error', label: 'Provider had an error', count: 1, retry_by_default: true },
        { code: 'invalid_address', label: 'Address was refused', count: 1, retry_by_default: false },
      ]),
      excluded: [{ code: 'invalid_address', label: 'Address was refused', count: 1 }],
      retries_left: 3,
      retry_until: expect.stringMatching(/Z$/),
    });
    expect(await problem(await post(`/campaigns/${id}/retry`, { codes: ['timeout'] }))).toMatchObject({
      status: 422,
      errors: [{ path: 'codes' }],
    });
    expect((await post(`/campaigns/${id}/retry`, { codes: 'all' })).status).toBe(422);
    expect((await post(`/campaigns/${id}/retry`, {}, { key: api.keys.support })).status).toBe(403);
    const retried = await post(`/campaigns/${id}/retry`);
    expect(retried.status).toBe(202);
    expect(await retried.json()).toEqual({ retried: 1, retries_left: 2 });
  });

  test('pressed twice with one key starts one round', async () => {
    const id = await ended(numbered(20, 'key.test'), { email: { bad_key: true } });
    const press = () => post(`/campaigns/${id}/retry`, {}, { headers: { 'Idempotency-Key': 'retry-1' } });
    const answers = [await press(), await press()];
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(answers[1]?.headers.get('idempotency-replayed')).toBe('true');
    expect(await answers[1]?.json()).toEqual(await answers[0]?.json());
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await (await api.call('GET', `/campaigns/${id}`)).json()).toMatchObject({ retry_count: 1, retries_left: 2, sent: 20 });
  });

  test('pressed by two people at once starts one round, and tells the other', async () => {
    const id = await ended(numbered(20, 'people.test'), { email: { bad_key: true } });
    const answers = await Promise.all([post(`/campaigns/${id}/retry`, {}), post(`/campaigns/${id}/retry`, {}, { key: api.keys.marketer })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(await (await api.call('GET', `/campaigns/${id}`)).json()).toMatchObject({ retry_count: 1 });
  });

  test.each([
    ['retry_window_over', { failed_at: `now() - interval '25 hours'` }],
    ['no_retries_left', { retry_count: 'max_retries' }],
  ])('that is closed says why: %s', async (code, columns) => {
    const id = await ended(numbered(2, 'closed.test'), { email: { bad_key: true } });
    const set = Object.entries(columns).map(([column, value]) => `${column} = ${value}`);
    await api.db.pool.query(`update campaigns set ${set.join(', ')} where id = $1`, [id]);
    expect(await problem(await post(`/campaigns/${id}/retry`))).toMatchObject({
      status: 409,
      code,
      detail: expect.stringMatching(/Clone it to send to those who were not reached\.$/),
    });
  });
});

test('a clone is a draft of its own, made by marketers', async () => {
  const id = await ended([...numbered(300, 'clone.test'), 'a+invalid@example.com']);
  expect((await post(`/campaigns/${id}/clone`, undefined, { key: api.keys.support })).status).toBe(403);
  const answer = await post(`/campaigns/${id}/clone`, undefined, { key: api.keys.marketer });
  expect(answer.status).toBe(201);
  const clone = (await answer.json()) as CampaignJson;
  expect(clone).toMatchObject({ status: 'DRAFT', preparing: true, subject: 'Hello', retry_count: 0, failure_code: null });
  await vi.waitFor(async () =>
    expect(await (await api.call('GET', `/campaigns/${clone.id}`)).json()).toMatchObject({ preparing: false, total: 301, pending: 301 }),
  );
  expect((await post(`/campaigns/999999/clone`)).status).toBe(404);
});

describe('support', () => {
  const support = () => ({ key: api.keys.support });

  test('corrects an address and sends to that one again', async () => {
    const id = await ended(['cy+invalid@example.com', 'taken@example.com']);
    const { id: rid } = await recipientOf(id, 'cy+invalid');
    const path = `/campaigns/${id}/recipients/${rid}/retry`;
    expect(await problem(await post(path, { address: 'nobody' }, support()))).toMatchObject({ status: 422, errors: [{ path: 'address' }] });
    expect(await problem(await post(path, { address: 'taken@example.com' }, support()))).toMatchObject({
      status: 409,
      code: 'address_taken',
    });
    expect((await post(path, {}, { key: api.keys.analyst })).status).toBe(403);
    const answer = await post(path, { address: 'Cy <CY@example.com>' }, support());
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      id,
      status: 'SENDING',
      retry_count: 0,
      recipient: { id: rid, address: 'cy@example.com', round: 1 },
    });
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect((await post(path, {}, support())).status).toBe(409);
    expect((await post(`/campaigns/${id}/recipients/999999/retry`, {}, support())).status).toBe(404);
  });

  test('decides what nobody knows', async () => {
    const id = await ended(['a+timeout@example.com', 'ok@example.com'], {}, { unknownPolicy: 'hold' });
    const { id: rid } = await recipientOf(id, 'a+timeout');
    const path = `/campaigns/${id}/recipients/${rid}/resolve`;
    expect((await post(path, { outcome: 'maybe' }, support())).status).toBe(422);
    expect((await post(path, {}, support())).status).toBe(422);
    const answer = await post(path, { outcome: 'sent' }, support());
    expect(await answer.json()).toMatchObject({ status: 'SENT', unknown: 0, recipient: { id: rid, status: 'sent' } });
    expect((await post(path, { outcome: 'failed' }, support())).status).toBe(409);
  });
});

describe('people', () => {
  const find = async (q: string, more = '') => {
    const answer = await api.call('GET', `/people?q=${encodeURIComponent(q)}${more}`, { key: api.keys.support });
    expect(answer.status).toBe(200);
    return (await answer.json()) as {
      data: { campaign: { id: number; name: string }; recipient: RecipientJson }[];
      next_cursor: string | null;
    };
  };

  test('are found by their address in any spelling, the newest message first', async () => {
    const first = await ended(['zoe.person@example.com', 'zoe.person2@example.com']);
    const second = await draft(['zoe.person@example.com']);
    for (const q of [
      'zoe.person@example.com',
      ' ZOE.Person@Example.com ',
      'Zoe <zoe.person@example.com>',
      'mailto:zoe.person@example.com',
    ]) {
      const { data, next_cursor } = await find(q);
      expect(data.map(({ campaign, recipient }) => [campaign.id, recipient.address, recipient.status])).toEqual([
        [second, 'zoe.person@example.com', 'pending'],
        [first, 'zoe.person@example.com', 'sent'],
      ]);
      expect(data[1]?.campaign).toEqual({ id: first, name: 'Test', channel: 'email', status: 'SENT' });
      expect(next_cursor).toBeNull();
    }
    expect((await find('zoe.person')).data).toHaveLength(3);
    expect((await find('zoe.person@example.co_')).data).toEqual([]);
    expect((await find('%')).data).toEqual([]);
  });

  test('are found by their number in any spelling, national ones too', async () => {
    const id = await draftCampaign(api.db, { addresses: ['+4915123456789', '+12015550123'], channel: 'sms' });
    for (const q of ['+49 151 234 567 89', '0049 (151) 23456789', '0151 / 23456789', '4915123456789', 'tel:+49-151-23456789']) {
      expect((await find(q)).data.map(({ campaign, recipient }) => [campaign.id, recipient.address])).toEqual([[id, '+4915123456789']]);
    }
    expect((await find('(201) 555-0123')).data.map(({ recipient }) => recipient.address)).toEqual(['+12015550123']);
  });

  test('are paged without gap or repetition', async () => {
    for (let n = 0; n < 5; n++) await draft(['page.a@example.com', 'page.b@example.com']);
    const seen: number[] = [];
    let cursor = '';
    do {
      const { data, next_cursor } = await find('page.', `&limit=3&cursor=${cursor}`);
      seen.push(...data.map(({ recipient }) => recipient.id));
      cursor = next_cursor ?? '';
    } while (cursor);
    const { rows } = await api.db.pool.query(`select id from recipients where address like 'page.%' order by address, id desc`);
    expect(seen).toEqual(rows.map(({ id }) => id));
  });

  test('need something to look for', async () => {
    for (const query of [
      '',
      '?q=',
      '?q=%20%20',
      '?q=a&cursor=nonsense',
      '?q=a&limit=0',
      `?q=a&cursor=${btoa('"no id"').replace(/=+$/, '')}`,
    ]) {
      expect(await problem(await api.call('GET', `/people${query}`))).toMatchObject({ status: 422 });
    }
  });
});
