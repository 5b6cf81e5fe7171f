import { once } from 'node:events';
import { createServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAlertSender } from '#app/domain/alerts/alert-sender.server.ts';
import { PRIVATE_ADDRESS, publicLookup } from '#app/domain/alerts/public-lookup.server.ts';
import { createTransport } from '#app/providers/transport.server.ts';
import { type Receiver, startReceiver } from '#tests/support/receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const former = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const message = { secrets: [secret], messageId: 'msg_1', body: JSON.stringify({ type: 'webhook.test', name: 'Zoë ☕' }) };

let receiver: Receiver;
const inside = createAlertSender({ webhookAllowPrivate: true }, 500);
const outside = createAlertSender({ webhookAllowPrivate: false }, 5_000);
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await Promise.all([inside.close(), outside.close()]);
});
const post = (path = '/') => inside.post({ ...message, url: `${receiver.url}${path}` });
const answering = (status: number, headers: Record<string, string> = {}, body = '') => {
  receiver.answer = (response) => response.writeHead(status, headers).end(body);
};

describe('a message', () => {
  test('is signed so that the Standard Webhooks library verifies it, with each secret', async () => {
    answering(200, {}, 'thanks');
    const posted = await inside.post({ ...message, secrets: [secret, former], url: `${receiver.url}/hook?a=b` });
    expect(posted).toMatchObject({ status: 200, response: 'thanks', error: null });
    const { body, headers, path } = receiver.received.at(-1) as Receiver['received'][number];
    expect(path).toBe('/hook?a=b');
    expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json' });
    for (const known of [secret, former]) {
      expect(new Webhook(known).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(message.body));
    }
    expect(() => new Webhook(secret).verify(body.replace('Zoë', 'Zoe'), headers as Record<string, string>)).toThrow();
    const stranger = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    expect(() => new Webhook(stranger).verify(body, headers as Record<string, string>)).toThrow();
  });

  test('is not taken to another address by a redirect', async () => {
    const before = receiver.received.length;
    answering(307, { Location: `${receiver.url}/elsewhere` });
    expect(await post()).toMatchObject({ status: 307, error: expect.stringContaining('redirect') });
    expect(receiver.received).toHaveLength(before + 1);
  });

  test('has a deadline, for an answer that never comes and for one that dribbles', async () => {
    receiver.answer = () => {};
    expect(await post()).toMatchObject({ status: null, error: 'The receiver did not answer within 0.5 seconds.' });
    receiver.answer = (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(drip));
    };
    // It said 200 before it dawdled, without end: the message was taken.
    expect(await post()).toMatchObject({ status: 200, error: null });
  });

  test('keeps only the beginning of a long answer, without what PostgreSQL cannot store', async () => {
    answering(500, {}, `\0${'é'.repeat(200_000)}`);
    const posted = await post();
    expect(posted).toMatchObject({ status: 500, error: 'The receiver answered with status 500.' });
    expect(posted.response).toBe('é'.repeat(1_000));
  });

  test('that meets nobody says so', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    expect(await inside.post({ ...message, url: `http://127.0.0.1:${port}/` })).toMatchObject({
      status: null,
      error: 'The receiver refused the connection.',
    });
  });
});

describe('where private addresses are not allowed', () => {
  test.each(['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254', '10.1.2.3', '0.0.0.0'])(
    'nothing is sent to %s',
    async (host) => {
      const before = receiver.received.length;
      const { port } = new URL(receiver.url);
      expect(await outside.post({ ...message, url: `https://${host}:${port}/` })).toMatchObject({
        status: null,
        error: expect.stringContaining('private address'),
      });
      expect(receiver.received).toHaveLength(before);
    },
  );

  test('a name is judged by the addresses that it leads to, before the first byte goes to them', async () => {
    let connections = 0;
    const server = createServer(() => connections++).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const transport = createTransport({ timeoutMs: 5_000, lookup: publicLookup });
    const exchange = await transport.exchange({ method: 'POST', url: `http://localhost:${port}/`, headers: {}, body: '' });
    expect(exchange).toMatchObject({ kind: 'not_written', detail: expect.stringContaining(PRIVATE_ADDRESS) });
    expect(connections).toBe(0);
    await transport.close();
    server.close();
  });
});
