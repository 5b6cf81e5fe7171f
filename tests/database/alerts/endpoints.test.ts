import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testEndpoint } from '#app/domain/alerts/deliveries.server.ts';
import { createEndpoint, getEndpoint, rotateSecret } from '#app/domain/alerts/endpoints.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Received, type Receiver, startReceiver } from '#tests/support/receiver.ts';
import { ana } from '#tests/support/sending.ts';

const rules = { webhookAllowPrivate: true };

let own: TestDatabase;
let receiver: Receiver;
beforeAll(async () => {
  own = await createTestDatabase();
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await own.drop();
});
beforeEach(() => {
  receiver.received = [];
  receiver.answer = (response) => response.writeHead(204).end();
});

const endpoint = () => createEndpoint(own.db, ana, { url: `${receiver.url}/hook`, events: ['provider.degraded'] }, rules);

test('a test is posted at once and shows what the receiver said; it is no alert', async () => {
  const { id, secret } = await endpoint();
  receiver.answer = (response) => response.writeHead(418).end('short and stout');
  expect(await testEndpoint(own.db, ana, id, rules)).toMatchObject({
    type: 'webhook.test',
    status: 'failed',
    attempts: [{ status: 418, response: 'short and stout', actor: 'Ana' }],
  });
  receiver.answer = (response) => response.writeHead(200).end();
  expect(await testEndpoint(own.db, ana, id, rules)).toMatchObject({ status: 'delivered' });
  const { body, headers } = receiver.received[1] as Received;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ type: 'webhook.test' });
  expect((await getEndpoint(own.db, id)).failing_since).toBeNull();
});

test('a secret is changed without a gap: both sign for a day', async () => {
  const { id, secret } = await endpoint();
  const { secret: newer } = await rotateSecret(own.db, id);
  expect(newer).not.toBe(secret);
  await testEndpoint(own.db, ana, id, rules);
  const { body, headers } = receiver.received[0] as Received;
  for (const known of [secret, newer]) new Webhook(known).verify(body, headers as Record<string, string>);
  await own.db.pool.query(`update webhook_endpoints set former_secret_until = now() where id = $1`, [id]);
  await testEndpoint(own.db, ana, id, rules);
  const later = receiver.received[1] as Received;
  new Webhook(newer).verify(later.body, later.headers as Record<string, string>);
  expect(() => new Webhook(secret).verify(later.body, later.headers as Record<string, string>)).toThrow();
});
