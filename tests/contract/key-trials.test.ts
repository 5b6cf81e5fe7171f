import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { trySendGridKey, tryTwilioKeys } from '#app/providers/try-keys.server.ts';
import { type Sandbox, startSandbox } from '#sandbox/index.ts';

const apiKey = 'SG.lantern-harbour-0123456789';
const [accountSid, authToken] = [`AC${'1'.repeat(32)}`, 'harbour-lantern-token-0123456789'];

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ credentials: { sendgridApiKey: apiKey, twilioAccountSid: accountSid, twilioAuthToken: authToken } });
});
afterAll(() => sandbox.stop());
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  sandbox.setFaults({});
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A provider, or whoever answers in its place. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const json =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const errors = (message: string) => ({ errors: [{ field: null, message }] });

test('right keys are taken, and nothing is sent with them', async () => {
  expect(await trySendGridKey({ apiKey, baseUrl: `${sandbox.url}/` })).toEqual({ takes: true, note: null });
  expect(await tryTwilioKeys({ accountSid, authToken, baseUrl: sandbox.url })).toEqual({ takes: true, note: null });
  expect(sandbox.stats()).toMatchObject({ requests: 0, accepted: 0 });
});

test('wrong ones are not', async () => {
  for (const trial of [
    await trySendGridKey({ apiKey: `${apiKey}x`, baseUrl: sandbox.url }),
    await tryTwilioKeys({ accountSid, authToken: `${authToken}x`, baseUrl: sandbox.url }),
    await tryTwilioKeys({ accountSid: `AC${'2'.repeat(32)}`, authToken, baseUrl: sandbox.url }),
  ])
    expect(trial).toMatchObject({ takes: false, reason: expect.stringMatching(/does not know this/) });
});

const page: RequestListener = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');

describe.each<[string, RequestListener, RegExp]>([
  ['a key that may not send', json(200, { scopes: ['stats.read'] }), /may not send mail.*“Mail Send”/],
  ['an answer of somebody else', json(200, { ok: true }), /Something between Rollcall and SendGrid/],
  ['a sign-in page of the network', page, /Something between Rollcall and SendGrid/],
  ['a redirect', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(), /Something between Rollcall and SendGrid/],
  ['a revoked key', json(401, errors('The provided authorization grant is invalid, expired, or revoked')), /does not know this key.*EU/],
  [
    'a server whose address is not allowed',
    json(403, errors('Your IP is not whitelisted')),
    /Allow it under IP Access Management.*then try again/,
  ],
  ['a suspended account', json(401, errors('Your account has been suspended')), /suspended the account/],
  ['a key that is let in nowhere', json(403, errors('access forbidden')), /does not let this key in/],
  ['too many calls', json(429, errors('too many requests')), /Wait a minute/],
  ['an error of its own', json(500, errors('internal')), /an error of its own/],
  [
    'a gateway without a provider',
    (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad'),
    /an error of its own/,
  ],
  ['a broken line', (request) => request.socket.destroy(), /could not be reached/],
  [
    'half an answer',
    (request, response) => {
      response.writeHead(200, { 'content-length': '500' }).write('{"scopes', () => request.socket.destroy());
    },
    /broke while it answered|could not be reached/,
  ],
])('SendGrid, %s', (_, listener, words) => {
  test('is told in words that help, without the key', async () => {
    const trial = await trySendGridKey({ apiKey, baseUrl: await answering(listener) });
    expect(trial).toEqual({ takes: false, reason: expect.stringMatching(words) });
    expect(JSON.stringify(trial)).not.toContain(apiKey);
  });
});

const account = (more: object) => json(200, { sid: accountSid, status: 'active', type: 'Full', auth_token: authToken, ...more });

describe.each<[string, RequestListener, object]>([
  ['a trial account', account({ type: 'Trial' }), { takes: true, note: expect.stringMatching(/trial account/) }],
  ['a suspended account', account({ status: 'suspended' }), { takes: false, reason: expect.stringMatching(/suspended/) }],
  ['a closed account', account({ status: 'closed' }), { takes: false, reason: expect.stringMatching(/closed/) }],
  ['another account', account({ sid: `AC${'9'.repeat(32)}` }), { takes: false, reason: expect.stringMatching(/Something between/) }],
  [
    'test credentials',
    json(403, { code: 20008, message: 'Test Account Credentials' }),
    { takes: false, reason: expect.stringMatching(/test credentials/) },
  ],
  ['no such account', json(404, { code: 20404, message: 'not found' }), { takes: false, reason: expect.stringMatching(/does not know/) }],
  ['a page', page, { takes: false, reason: expect.stringMatching(/Something between/) }],
  ['an error of its own', json(503, { code: 20503 }), { takes: false, reason: expect.stringMatching(/an error of its own/) }],
])('Twilio, %s', (_, listener, expected) => {
  test('is told, without the token that its answer holds', async () => {
    const trial = await tryTwilioKeys({ accountSid, authToken, baseUrl: await answering(listener) });
    expect(trial).toEqual(expected);
    expect(JSON.stringify(trial)).not.toContain(authToken);
  });
});

test('a provider that says nothing, or more and more, is left in time', async () => {
  const silent = await answering(() => {});
  expect(await trySendGridKey({ apiKey, baseUrl: silent }, 200)).toMatchObject({
    takes: false,
    reason: expect.stringMatching(/did not answer in time/),
  });
  const endless = await answering((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write('x'.repeat(100_000)), 1);
    response.on('close', () => clearInterval(timer));
  });
  expect(await tryTwilioKeys({ accountSid, authToken, baseUrl: endless })).toMatchObject({ takes: false });
});

test('an address that is none is told before anything is asked', async () => {
  expect(await trySendGridKey({ apiKey, baseUrl: 'http://127.0.0.1:1' })).toMatchObject({
    takes: false,
    reason: expect.stringMatching(/could not be reached/),
  });
});
