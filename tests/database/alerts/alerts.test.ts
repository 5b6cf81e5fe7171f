import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AlertEvent } from '#app/domain/alerts/alert.ts';
import { listDeliveries, resendDelivery } from '#app/domain/alerts/deliveries.server.ts';
import { createEndpoint, deleteEndpoint, getEndpoint, listEndpoints, updateEndpoint } from '#app/domain/alerts/endpoints.server.ts';
import { raiseAlert } from '#app/domain/alerts/raise-alert.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Received, type Receiver, startReceiver } from '#tests/support/receiver.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

const windowS = 86_400;
const rules = { webhookAllowPrivate: true };
const everything: AlertEvent[] = ['campaign.failed', 'campaign.partially_sent', 'campaign.retries_exhausted', 'provider.degraded'];

let own: TestDatabase;
let sending: Sending;
let receiver: Receiver;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { WEBHOOK_ALLOW_PRIVATE: '1' });
  receiver = await startReceiver();
});
afterAll(async () => {
  await sending.stop();
  await receiver.stop();
  await own.drop();
});
beforeEach(async () => {
  for (const { id } of await listEndpoints(own.db)) await deleteEndpoint(own.db, id);
  await own.db.pool.query('delete from campaign_runs');
  receiver.received = [];
  receiver.answer = (response) => response.writeHead(204).end();
});

const endpoint = (events = everything, more: object = {}) =>
  createEndpoint(own.db, ana, { url: `${receiver.url}/hook`, events, ...more }, rules);
const typesReceived = () => receiver.received.map(({ body }) => JSON.parse(body).type);

/** Every alert so far has been handed to the endpoints, and every delivery has ended. */
const untilTold = () =>
  vi.waitFor(
    async () => {
      const { rows } = await own.db.pool.query(
        `select (select count(*)::int from graphile_worker.jobs where task_identifier in ('raise_alerts', 'deliver_alert')) as jobs,
           (select count(*)::int from webhook_deliveries where status = 'pending') as pending`,
      );
      expect(rows).toEqual([{ jobs: 0, pending: 0 }]);
    },
    { timeout: 20_000, interval: 50 },
  );

async function ended(addresses: string[], faults: object = {}, setup: object = {}): Promise<number> {
  await sending.sandbox.setFaults(faults);
  const id = await draftCampaign(own.db, { addresses, ...setup });
  await sending.send(id);
  await sending.untilEnded(id);
  await sending.sandbox.setFaults({});
  return id;
}
async function retried(id: number, faults: object = {}): Promise<void> {
  await sending.sandbox.setFaults(faults);
  const { rows } = await own.db.pool.query(
    'select distinct failure_code from recipients where campaign_id = $1 and failure_code is not null',
    [id],
  );
  await retryCampaign(own.db, ana, id, { codes: rows.map(({ failure_code }) => failure_code), windowS });
  await sending.untilEnded(id);
  await sending.sandbox.setFaults({});
}
const alertsOf = async (id: number) =>
  (await own.db.pool.query<{ type: string }>('select type from alerts where campaign_id = $1 order by id', [id])).rows.map(
    ({ type }) => type,
  );

describe('a campaign that ends with failures', () => {
  test('is told as it ended, signed, without its content, and not again', async () => {
    const { secret } = await endpoint();
    const id = await ended(['bad+invalid@example.com', ...numbered(4)]);
    await untilTold();
    expect(receiver.received).toHaveLength(1);
    const { body, headers, path } = receiver.received[0] as Received;
    expect(path).toBe('/hook');
    const payload = new Webhook(secret).verify(body, headers as Record<string, string>) as { data: { campaign: object } };
    expect(payload).toMatchObject({
      type: 'campaign.partially_sent',
      timestamp: expect.stringMatching(/Z$/),
      data: {
        campaign: { id, status: 'PARTIALLY_SENT', total: 5, sent: 4, failed: 1, failure_code: 'recipients_failed', retries_left: 3 },
      },
    });
    expect(payload.data.campaign).not.toHaveProperty('html');
    expect(payload.data.campaign).not.toHaveProperty('text');
  });

  test('is not told where all were sent, nor to those who did not ask', async () => {
    await endpoint(['campaign.failed']);
    await ended(numbered(3, 'fine.test'));
    await ended(['bad+invalid@example.com', ...numbered(2)]);
    await untilTold();
    expect(receiver.received).toEqual([]);
    const id = await ended(numbered(2, 'key.test'), { email: { bad_key: true } });
    await untilTold();
    expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'campaign.failed', data: { campaign: { id, failure_code: 'credentials', pending: 2 } } },
    ]);
  });

  test('is told once, however many outcomes close it at the same time', async () => {
    await endpoint();
    const ids = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const id = await draftCampaign(own.db, { addresses: Array.from({ length: 60 }, (_, i) => `p${i}+invalid@c${n}.test`) });
        await sending.send(id);
        return id;
      }),
    );
    for (const id of ids) await sending.untilEnded(id);
    await untilTold();
    for (const id of ids) expect(await alertsOf(id)).toEqual(['campaign.failed']);
    expect(typesReceived()).toEqual(['campaign.failed', 'campaign.failed', 'campaign.failed']);
  });

  test('is told for each round, at the last one also that no retries are left, and not when support tries one person again', async () => {
    await endpoint();
    const id = await ended(['bad+invalid@example.com', 'worse+invalid@example.com']);
    await own.db.pool.query('update campaigns set max_retries = 1 where id = $1', [id]);
    const { rows } = await own.db.pool.query<{ id: number }>('select id from recipients where campaign_id = $1 order by id', [id]);
    await retryRecipient(own.db, ana, id, rows[0]?.id as number, { windowS });
    await sending.untilEnded(id);
    expect(await alertsOf(id)).toEqual(['campaign.failed']);
    await retried(id);
    await untilTold();
    // The two of one end leave side by side.
    expect(typesReceived().toSorted()).toEqual(['campaign.failed', 'campaign.failed', 'campaign.retries_exhausted']);
    const { rows: shown } = await own.db.pool.query('select type, shown from alerts where campaign_id = $1 and round = 1 order by id', [
      id,
    ]);
    expect(shown).toEqual([
      { type: 'campaign.failed', shown: false },
      { type: 'campaign.retries_exhausted', shown: true },
    ]);
  });
});

test('a sent campaign of whom one turns out to have been refused is told once', async () => {
  await endpoint();
  const id = await ended(numbered(3, 'late.test'));
  await untilTold();
  expect(typesReceived()).toEqual([]);
  const refuseOne = () =>
    own.db.pool.query(
      `update recipients set status = 'failed', failed_at = now(), failure_code = 'carrier_rejected'
       where (campaign_id, id) in (select campaign_id, id from recipients where campaign_id = $1 and status = 'sent' limit 1)`,
      [id],
    );
  await refuseOne();
  await refuseOne();
  await refuseOne();
  await untilTold();
  expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
    { type: 'campaign.partially_sent', data: { campaign: { id, sent: 2, failed: 1 } } },
  ]);
});

describe('thresholds', () => {
  test('in a row: the same campaign, retried', async () => {
    await endpoint(['campaign.failed'], { failure_threshold: 2 });
    const id = await ended(['bad+invalid@example.com']);
    await untilTold();
    expect(typesReceived()).toEqual([]);
    await ended(
      numbered(1, 'sms-is-another-channel.test').map(() => '+15005550006'),
      {},
      { channel: 'sms' },
    );
    await retried(id);
    await untilTold();
    expect(typesReceived()).toEqual(['campaign.failed']);
  });

  test('in a row: campaigns of one channel, until one is sent to all', async () => {
    await endpoint(['campaign.failed', 'campaign.partially_sent'], { failure_threshold: 3 });
    const bad = () => ended(['bad+invalid@example.com', 'good@example.com']);
    await bad();
    await bad();
    await ended(numbered(1, 'fine.test'));
    await bad();
    await bad();
    await untilTold();
    expect(typesReceived()).toEqual([]);
    const third = await bad();
    await untilTold();
    expect(receiver.received.map(({ body }) => JSON.parse(body).data.campaign.id)).toEqual([third]);
  });

  test('never hold back that no retries are left', async () => {
    await endpoint(everything, { failure_threshold: 100 });
    const id = await draftCampaign(own.db, { addresses: ['bad+invalid@example.com'] });
    await own.db.pool.query('update campaigns set max_retries = 0 where id = $1', [id]);
    await sending.send(id);
    await sending.untilEnded(id);
    await untilTold();
    expect(typesReceived()).toEqual(['campaign.retries_exhausted']);
  });

  test('of people not reached, which counts those never tried too', async () => {
    await endpoint(everything, { min_unreached: 3 });
    await ended(['a+invalid@example.com', 'b+invalid@example.com', ...numbered(5)]);
    await untilTold();
    expect(typesReceived()).toEqual([]);
    await ended(numbered(3, 'never-tried.test'), { email: { out_of_credits: true } });
    await untilTold();
    expect(typesReceived()).toEqual(['campaign.failed']);
  });
});

describe('a delivery', () => {
  test('that is refused is tried again under the same id, and every try is logged with its answer', async () => {
    const { id, secret } = await endpoint(['campaign.failed']);
    let refusals = 1;
    receiver.answer = (response) => (refusals-- > 0 ? response.writeHead(500).end('no room') : response.writeHead(200).end('thanks'));
    const campaignId = await ended(['bad+invalid@example.com']);
    await vi.waitFor(async () => expect((await getEndpoint(own.db, id)).failing_since).not.toBeNull(), 5_000);
    const waiting = (await listDeliveries(own.db, id)).data[0];
    expect(waiting).toMatchObject({ status: 'pending', campaign_id: campaignId, attempts: [{ status: 500, response: 'no room' }] });
    expect(Date.parse(waiting?.next_attempt_at as string) - Date.parse(waiting?.attempts[0]?.at as string)).toBeCloseTo(2_718, -2);
    await untilTold();
    expect((await listDeliveries(own.db, id)).data).toMatchObject([
      {
        type: 'campaign.failed',
        status: 'delivered',
        next_attempt_at: null,
        payload: { data: { campaign: { id: campaignId } } },
        attempts: [
          { status: 500, response: 'no room', error: 'The receiver answered with status 500.', actor: null },
          { status: 200, response: 'thanks', error: null },
        ],
      },
    ]);
    const [first, second] = receiver.received as [Received, Received];
    expect(first.headers['webhook-id']).toBe(second.headers['webhook-id']);
    expect(first.body).toBe(second.body);
    for (const { body, headers } of [first, second]) new Webhook(secret).verify(body, headers as Record<string, string>);
    expect((await getEndpoint(own.db, id)).failing_since).toBeNull();
  });

  test('to a receiver that is gone switches it off, and administrators are told in the product', async () => {
    const { id } = await endpoint(['campaign.failed']);
    receiver.answer = (response) => response.writeHead(410).end();
    await ended(['bad+invalid@example.com']);
    await untilTold();
    expect(await getEndpoint(own.db, id)).toMatchObject({
      disabled_at: expect.any(String),
      disabled_reason: expect.stringContaining('410'),
    });
    const { rows } = await own.db.pool.query(`select data -> 'endpoint' ->> 'id' as id, shown from alerts where type = 'webhook.disabled'`);
    expect(rows).toEqual([{ id: String(id), shown: true }]);

    await ended(['bad+invalid@example.com']);
    await untilTold();
    expect(receiver.received).toHaveLength(1);
    await updateEndpoint(own.db, id, { enabled: true }, rules);
    receiver.answer = (response) => response.writeHead(200).end();
    await ended(['bad+invalid@example.com']);
    await untilTold();
    expect(receiver.received).toHaveLength(2);
  });

  test('that fails for days switches the endpoint off', async () => {
    const { id } = await endpoint(['campaign.failed']);
    await own.db.pool.query(`update webhook_endpoints set failing_since = now() - interval '73 hours' where id = $1`, [id]);
    receiver.answer = (response) => response.writeHead(503).end();
    await ended(['bad+invalid@example.com']);
    await vi.waitFor(async () => expect((await getEndpoint(own.db, id)).disabled_reason).toContain('3 days'), 5_000);
    await untilTold();
    expect((await listDeliveries(own.db, id)).data).toMatchObject([
      { status: 'failed', attempts: [{ status: 503 }, { error: 'The endpoint is switched off.' }] },
    ]);
  });

  test('that was given up is told in the product, and can be sent again by hand', async () => {
    const { id } = await endpoint(['campaign.failed']);
    receiver.answer = (response) => response.writeHead(500).end();
    await own.db.pool.query(
      `create function only_one_try() returns trigger language plpgsql as $$ begin new.max_attempts := 1; return new; end $$;
       create trigger only_one_try before insert on graphile_worker._private_jobs for each row when (new.max_attempts = 10) execute function only_one_try()`,
    );
    await ended(['bad+invalid@example.com']);
    await untilTold();
    await own.db.pool.query('drop function only_one_try cascade');
    const [delivery] = (await listDeliveries(own.db, id)).data;
    expect(delivery).toMatchObject({ status: 'failed', next_attempt_at: null });
    const { rows } = await own.db.pool.query(`select data -> 'endpoint' as endpoint from alerts where type = 'webhook.gave_up'`);
    expect(rows).toMatchObject([{ endpoint: { id, host: new URL(receiver.url).host } }]);

    receiver.answer = (response) => response.writeHead(202).end();
    expect(await resendDelivery(own.db, ana, id, delivery?.id as number, rules)).toMatchObject({
      status: 'delivered',
      attempts: [{ status: 500 }, { status: 202, actor: 'Ana' }],
    });
    expect(receiver.received[0]?.headers['webhook-id']).toBe(receiver.received[1]?.headers['webhook-id']);
  });

  test('to one endpoint does not wait for another', async () => {
    const slow = await endpoint(['campaign.failed'], { url: `${receiver.url}/slow` });
    const quick = await endpoint(['campaign.failed'], { url: `${receiver.url}/quick` });
    let release = () => {};
    receiver.answer = (response, { path }) => {
      const done = () => response.writeHead(200).end();
      if (path === '/slow') release = done;
      else done();
    };
    await ended(['bad+invalid@example.com']);
    await vi.waitFor(async () => expect((await listDeliveries(own.db, quick.id)).data).toMatchObject([{ status: 'delivered' }]), 5_000);
    await vi.waitFor(() => expect(receiver.received.map(({ path }) => path)).toContain('/slow'));
    expect((await listDeliveries(own.db, slow.id)).data).toMatchObject([{ status: 'pending' }]);
    release();
    await untilTold();
  });
});

test('a provider that begins to be held is told, once an hour at most', async () => {
  const { id } = await endpoint(['provider.degraded']);
  const hold = () =>
    own.db.pool.query(
      `update provider_gates set held_since = now(), hold_until = now() + interval '30 seconds', hold_reason = 'Twilio answers with errors.'
       where channel = 'sms'`,
    );
  const release = () =>
    own.db.pool.query(`update provider_gates set held_since = null, hold_until = null, hold_reason = null where channel = 'sms'`);
  await own.db.pool.query(`delete from alerts where type = 'provider.degraded'`);
  await hold();
  await hold(); // goes on
  await release();
  await untilTold();
  expect((await listDeliveries(own.db, id)).data.map(({ payload }) => payload)).toMatchObject([
    {
      type: 'provider.degraded',
      data: {
        campaign: null,
        provider: {
          provider: 'twilio',
          channel: 'sms',
          reason: 'Twilio answers with errors.',
          until: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      },
    },
  ]);
});

test('code raises an alert once for its occasion, with its transaction or not at all', async () => {
  await endpoint(['provider.degraded']);
  const provider = { provider: 'sendgrid', channel: 'email', reason: 'SendGrid answers with errors.', until: null } as const;
  const client = await own.db.pool.connect();
  await client.query('begin');
  expect(await raiseAlert(client, 'sendgrid today', { type: 'provider.degraded', provider })).toBe(true);
  await client.query('rollback');
  client.release();
  await untilTold();
  expect(typesReceived()).toEqual([]);
  expect(await raiseAlert(own.db.pool, 'sendgrid today', { type: 'provider.degraded', provider })).toBe(true);
  expect(await raiseAlert(own.db.pool, 'sendgrid today', { type: 'provider.degraded', provider })).toBe(false);
  await untilTold();
  expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
    { type: 'provider.degraded', data: { campaign: null, provider } },
  ]);
});
