import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Providers } from '#app/providers/providers.server.ts';
import { deriveWebhookKeys, readWebhookKeys, sandboxTwilioAuthToken } from '#sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '#sandbox/index.ts';
import { emailTo, providersAt, smsTo, waiting } from '#tests/support/providers.ts';

let rollcall: Server;
let baseUrl: string;
let sandbox: Sandbox;
let providers: Providers;
let refuseNext = 0;
const posts: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  rollcall = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      if (refuseNext > 0) {
        refuseNext -= 1;
        res.writeHead(500).end();
        return;
      }
      posts.push({ url: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString() });
      res.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => rollcall.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(rollcall.address() as AddressInfo).port}`;
  sandbox = await startSandbox({ baseUrl, faults: { email: { events_delay_ms: 0 }, sms: { events_delay_ms: 0 } } });
  providers = providersAt(sandbox.url, { baseUrl });
});
afterEach(async () => {
  await expect.poll(() => sandbox.stats().events.waiting, waiting).toBe(0);
  sandbox.setFaults({ email: { events_delay_ms: 0 }, sms: { events_delay_ms: 0 } });
  sandbox.clear();
  posts.length = 0;
});
afterAll(async () => {
  await providers.close();
  await sandbox.stop();
  rollcall.closeAllConnections();
  rollcall.close();
});

const emailEvents = () => posts.filter(({ url }) => url === '/webhooks/sendgrid').flatMap(({ body }) => JSON.parse(body));

describe('SendGrid’s events', () => {
  it('come in batches with the message’s ids at the top level', async () => {
    const messages = Array.from({ length: 50 }, (_, n) => emailTo(`user${n}@example.com`));
    const results = await Promise.all(messages.map((one) => providers.email?.send(one)));
    await expect.poll(() => emailEvents().length, waiting).toBe(100);
    expect(posts.length).toBeLessThan(messages.length);
    const delivered = emailEvents().filter(({ event }) => event === 'delivered');
    expect(delivered.map((event) => Number(event.rollcall_attempt)).sort()).toEqual(messages.map((one) => one.attemptId).sort());
    expect(new Set(emailEvents().map((event) => event.sg_event_id)).size).toBe(100);
    const ids = results.map((result) => (result?.outcome === 'accepted' ? result.providerMessageId : null));
    for (const event of delivered) expect(ids).toContain(event.sg_message_id.split('.')[0]);
  });

  it('are signed with the key that the sandbox publishes', async () => {
    await providers.email?.send(emailTo('ann@example.com'));
    await expect.poll(() => posts.length, waiting).toBe(1);
    const { headers, body } = posts[0] as (typeof posts)[number];
    const { webhook_public_key: published } = await (await fetch(`${sandbox.url}/sandbox`)).json();
    const key = createPublicKey({ key: Buffer.from(published, 'base64'), format: 'der', type: 'spki' });
    const signature = Buffer.from(String(headers['x-twilio-email-event-webhook-signature']), 'base64');
    const signed = (text: string) =>
      verify('sha256', Buffer.from(headers['x-twilio-email-event-webhook-timestamp'] + text), key, signature);
    expect(signed(body)).toBe(true);
    expect(signed(`${body} `)).toBe(false);
  });

  it('say that a scripted address bounced', async () => {
    await providers.email?.send(emailTo('ann+bounce@example.com'));
    await expect.poll(() => emailEvents().map(({ event }) => event), waiting).toEqual(['processed', 'bounce']);
    expect(emailEvents()[1]).toMatchObject({ type: 'bounce', email: 'ann+bounce@example.com' });
  });

  it('come for a message that was accepted without an answer', async () => {
    const message = emailTo('ann+timeoutaccepted@example.com');
    const hasty = providersAt(sandbox.url, { sendTimeoutMs: 1000 });
    expect(await hasty.email?.send(message)).toMatchObject({ outcome: 'unknown' });
    await hasty.close();
    await expect
      .poll(() => emailEvents().map((event) => event.rollcall_attempt), waiting)
      .toEqual(Array(2).fill(String(message.attemptId)));
  });

  it('are tried again when they are not taken', async () => {
    refuseNext = 1;
    await providers.email?.send(emailTo('ann@example.com'));
    await expect.poll(() => emailEvents().length, waiting).toBe(2);
    expect(sandbox.stats().events).toMatchObject({ posted: 1, failed: 0 });
  });

  it('stay away where they are switched off', async () => {
    sandbox.setFaults({ email: { events: 'off' } });
    await providers.email?.send(emailTo('ann@example.com'));
    sandbox.setFaults({ email: { events_delay_ms: 0 } });
    await providers.email?.send(emailTo('bob@example.com'));
    await expect.poll(() => emailEvents().length, waiting).toBe(2);
    expect(emailEvents().map(({ email }) => email)).toEqual(['bob@example.com', 'bob@example.com']);
  });
});

describe('Twilio’s status callbacks', () => {
  it('go to the message’s URL, signed with the account’s token', async () => {
    const message = smsTo('+12025550143');
    await providers.sms?.send(message);
    await expect.poll(() => posts.length, waiting).toBe(2);
    const statuses = posts.map(({ url, headers, body }) => {
      expect(url).toBe(`/webhooks/twilio/status?attempt=${message.attemptId}&recipient=${message.recipientId}&campaign=7&round=0`);
      const params = Object.fromEntries(new URLSearchParams(body));
      expect(twilio.validateRequest(sandboxTwilioAuthToken, String(headers['x-twilio-signature']), baseUrl + url, params)).toBe(true);
      expect(twilio.validateRequest('another', String(headers['x-twilio-signature']), baseUrl + url, params)).toBe(false);
      return params.MessageStatus;
    });
    expect(statuses).toEqual(['sent', 'delivered']);
  });

  it.each([
    ['+19075550141', 'undelivered', '30003'],
    ['+19075550144', 'undelivered', '30007'],
    ['+19075550145', 'failed', '30008'],
  ])('%s ends %s with %s', async (number, status, code) => {
    await providers.sms?.send(smsTo(number));
    await expect.poll(() => posts.length, waiting).toBe(2);
    expect(Object.fromEntries(new URLSearchParams(posts[1]?.body))).toMatchObject({ MessageStatus: status, ErrorCode: code, To: number });
  });

  it('go nowhere else than to Rollcall', async () => {
    const elsewhere = providersAt(sandbox.url, { baseUrl: 'http://127.0.0.1:9' });
    await elsewhere.sms?.send(smsTo('+12025550143'));
    await elsewhere.close();
    expect(sandbox.stats()).toMatchObject({ accepted: 1, events: { waiting: 0, posted: 0 } });
  });
});

it('an absent Rollcall costs the sending nothing', async () => {
  const alone = await startSandbox({ baseUrl: 'http://127.0.0.1:9', faults: { email: { events_delay_ms: 0 } } });
  const own = providersAt(alone.url, { sendTimeoutMs: 60_000 });
  const results = await Promise.all(Array.from({ length: 300 }, () => own.email?.send(emailTo('ann@example.com'))));
  expect(results.every((result) => result?.outcome === 'accepted')).toBe(true);
  await own.close();
  await alone.stop();
});

describe('webhook keys', () => {
  it('are the same for the same secret and others for another', () => {
    expect(deriveWebhookKeys('a').publicKey).toBe(deriveWebhookKeys('a').publicKey);
    expect(deriveWebhookKeys('a').publicKey).not.toBe(deriveWebhookKeys('b').publicKey);
  });

  it('can be given as PEM or Base64', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const expected = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    expect(readWebhookKeys(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string).publicKey).toBe(expected);
    expect(readWebhookKeys(privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')).publicKey).toBe(expected);
  });
});
