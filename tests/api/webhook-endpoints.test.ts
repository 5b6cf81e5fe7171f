import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DeliveryJson, EndpointJson } from '#app/domain/alerts/endpoint.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { type Received, type Receiver, startReceiver } from '#tests/support/receiver.ts';

let api: TestApi;
let guarded: TestApi;
let receiver: Receiver;
beforeAll(async () => {
  [api, guarded, receiver] = await Promise.all([startApi({ WEBHOOK_ALLOW_PRIVATE: '1' }), startApi(), startReceiver()]);
});
afterAll(() => Promise.all([api.drop(), guarded.drop(), receiver.stop()]));
beforeEach(() => {
  receiver.received = [];
  receiver.answer = (response) => response.writeHead(200).end('thanks');
});

const events = ['campaign.failed'];
const make = async (body: object = {}) => {
  const response = await api.call('POST', '/webhook-endpoints', { body: { url: receiver.url, events, ...body } });
  expect(response.status).toBe(201);
  return (await response.json()) as EndpointJson & { secret: string };
};

test('an endpoint is made, read, changed and removed; its secret is answered once', async () => {
  const { secret, ...made } = await make({ failure_threshold: 2 });
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(made).toMatchObject({ url: `${receiver.url}/`, events, failure_threshold: 2, min_unreached: 1, created_by: 'API key admin' });

  expect(await (await api.call('GET', `/webhook-endpoints/${made.id}`)).json()).toEqual(made);
  const list = await (await api.call('GET', '/webhook-endpoints')).text();
  expect(JSON.parse(list).data).toContainEqual(made);
  expect(list).not.toContain('whsec_');

  const patch = { events: ['provider.degraded', 'campaign.failed', 'campaign.failed'], min_unreached: 10, enabled: false };
  const changed = await api.call('PATCH', `/webhook-endpoints/${made.id}`, { body: patch });
  expect(await changed.json()).toMatchObject({
    events: ['provider.degraded', 'campaign.failed'],
    failure_threshold: 2,
    min_unreached: 10,
    disabled_at: expect.any(String),
    disabled_reason: 'Switched off by an administrator.',
  });
  const on = await api.call('PATCH', `/webhook-endpoints/${made.id}`, { body: { enabled: true } });
  expect(await on.json()).toMatchObject({ disabled_at: null, disabled_reason: null });

  const rotated = (await (await api.call('POST', `/webhook-endpoints/${made.id}/rotate-secret`)).json()) as { secret: string };
  expect(rotated.secret).not.toBe(secret);

  expect((await api.call('DELETE', `/webhook-endpoints/${made.id}`)).status).toBe(204);
  expect((await api.call('DELETE', `/webhook-endpoints/${made.id}`)).status).toBe(404);
});

test('a secret is answered once: a call that comes again gets the same answer without it', async () => {
  const body = { url: receiver.url, events };
  const made = await make();
  for (const [key, path, sent] of [
    ['made-once', '/webhook-endpoints', body],
    ['rotated-once', `/webhook-endpoints/${made.id}/rotate-secret`, undefined],
  ] as const) {
    const call = () => api.call('POST', path, { ...(sent && { body: sent }), headers: { 'Idempotency-Key': key } });
    const { secret, ...rest } = (await (await call()).json()) as EndpointJson & { secret: string };
    expect(secret).toMatch(/^whsec_/);
    const again = await call();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await again.json()).toEqual(rest);
  }
  const { rows } = await api.db.pool.query(`select from idempotency_keys where body like '%whsec%'`);
  expect(rows).toEqual([]);
});

test('a test is sent, listed with its answer, and sent again', async () => {
  const { id, secret } = await make();
  const sent = (await (await api.call('POST', `/webhook-endpoints/${id}/test`)).json()) as DeliveryJson;
  expect(sent).toMatchObject({
    type: 'webhook.test',
    status: 'delivered',
    attempts: [{ status: 200, response: 'thanks', actor: 'API key admin' }],
  });
  const { body, headers } = receiver.received[0] as Received;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(sent.payload);

  const again = (await (await api.call('POST', `/webhook-endpoints/${id}/deliveries/${sent.id}/resend`)).json()) as DeliveryJson;
  expect(again.attempts).toHaveLength(2);
  expect(receiver.received[1]?.headers['webhook-id']).toBe(sent.message_id);

  await api.call('POST', `/webhook-endpoints/${id}/test`);
  const first = (await (await api.call('GET', `/webhook-endpoints/${id}/deliveries?limit=1`)).json()) as {
    data: DeliveryJson[];
    next_cursor: string;
  };
  const second = (await (
    await api.call('GET', `/webhook-endpoints/${id}/deliveries?limit=1&cursor=${first.next_cursor}`)
  ).json()) as typeof first;
  expect(second).toEqual({ data: [again], next_cursor: null });

  const other = await make();
  expect((await api.call('POST', `/webhook-endpoints/${other.id}/deliveries/${sent.id}/resend`)).status).toBe(404);
  expect((await api.call('POST', `/webhook-endpoints/${id}/deliveries/0/resend`)).status).toBe(404);
});

describe('what is refused', () => {
  test.each([
    [{}, ['url', 'events']],
    [{ url: 'hooks.example.com', events }, ['url']],
    [{ url: 'https://hooks.example.com', events: [] }, ['events']],
    [{ url: 'https://hooks.example.com', events: ['campaign.sent'] }, ['events.0']],
    [{ url: 'https://hooks.example.com', events, failure_threshold: 0 }, ['failure_threshold']],
    [{ url: 'https://hooks.example.com', events, min_unreached: 1.5 }, ['min_unreached']],
    [{ url: 'https://hooks.example.com', events, secret: 'mine' }, ['secret']],
  ])('%j', async (body, paths) => {
    const response = await api.call('POST', '/webhook-endpoints', { body });
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path)).toEqual(paths);
  });

  test.each([
    'http://hooks.example.com/',
    'https://127.0.0.1/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/',
    'https://localhost/',
  ])('the URL %s, unless private addresses are allowed', async (url) => {
    const response = await guarded.call('POST', '/webhook-endpoints', { body: { url, events } });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'url', message: expect.stringMatching(/\.$/) }] });
  });

  test('a URL that was allowed once is judged again when it is used', async () => {
    const { rows } = await guarded.db.pool.query<{ id: number }>(
      `insert into webhook_endpoints (url, secret, events) values ($1, 'whsec_c2VjcmV0', '{campaign.failed}') returning id`,
      [receiver.url],
    );
    const answer = await guarded.call('POST', `/webhook-endpoints/${rows[0]?.id}/test`);
    expect(await answer.json()).toMatchObject({ status: 'failed', attempts: [{ status: null, error: expect.stringContaining('https') }] });
    expect(receiver.received).toEqual([]);
  });

  test.each(['marketer', 'support', 'analyst'] as const)('everything, for the role %s', async (role) => {
    const { id } = await make();
    const key = api.keys[role];
    for (const [method, path, body] of [
      ['GET', '/webhook-endpoints'],
      ['POST', '/webhook-endpoints', { url: receiver.url, events }],
      ['GET', `/webhook-endpoints/${id}`],
      ['PATCH', `/webhook-endpoints/${id}`, { enabled: false }],
      ['DELETE', `/webhook-endpoints/${id}`],
      ['POST', `/webhook-endpoints/${id}/rotate-secret`],
      ['POST', `/webhook-endpoints/${id}/test`],
      ['GET', `/webhook-endpoints/${id}/deliveries`],
      ['POST', `/webhook-endpoints/${id}/deliveries/1/resend`],
    ] as const) {
      expect((await api.call(method, path, { body, key })).status, `${method} ${path}`).toBe(403);
    }
    expect(receiver.received).toEqual([]);
  });

  test('a fifty-first endpoint', async () => {
    await guarded.db.pool.query(
      `insert into webhook_endpoints (url, secret, events) select 'https://hooks.example.com/' || n, 'whsec_c2VjcmV0', '{campaign.failed}' from generate_series(1, 50) n`,
    );
    const response = await guarded.call('POST', '/webhook-endpoints', { body: { url: 'https://hooks.example.com/', events } });
    expect(response.status).toBe(409);
  });
});
