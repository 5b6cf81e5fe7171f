import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider, SendResult } from '#app/providers/provider.ts';
import type { Providers } from '#app/providers/providers.server.ts';
import { emailTo, providersAt, smsTo } from '#tests/support/providers.ts';

let answer: (response: ServerResponse) => void = (response) => response.end();
const server = createServer((request, response) => {
  request.resume().on('end', () => answer(response));
});
let providers: Providers;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  providers = providersAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await providers.close();
  server.closeAllConnections();
  server.close();
});

const html = { 'content-type': 'text/html; charset=utf-8' };
const json = { 'content-type': 'application/json' };
const page = '<!doctype html><title>Guest network</title><form action="/accept">Accept the terms</form>';
const says =
  (status: number, headers: Record<string, string> = {}, body: string | Buffer = '') =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);
const cut =
  (status: number, headers: Record<string, string>, body: string, wholeLength = body.length + 500) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { ...headers, 'content-length': wholeLength }).write(body, () => response.destroy());

const sid = `SM${'0a'.repeat(16)}`;
const sid201 = JSON.stringify({ account_sid: `AC${'1b'.repeat(16)}`, body: 'We are open.', sid, status: 'queued' });

const send = {
  SendGrid: (): Promise<SendResult> => (providers.email as Provider).send(emailTo('ann@example.com')),
  Twilio: (): Promise<SendResult> => (providers.sms as Provider).send(smsTo('+12025550143')),
};

describe.each(['SendGrid', 'Twilio'] as const)('what is not %s’s word', (name) => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['the sign-in page of a network, with 200', says(200, html, page)],
    ['the same with 201', says(201, html, page)],
    ['the same with 202', says(202, html, page)],
    ['a page that does not say what it is', says(202, {}, `\n ${page}`)],
    ['a page in gzip', says(200, { ...html, 'content-encoding': 'gzip' }, gzipSync(page))],
    ['a page that breaks off', cut(202, html, page)],
    ['nothing, with 200', says(200)],
    ['nothing, with 201', says(201)],
    ['nothing, with 202', says(202)],
    ['nothing, with 204', says(204)],
    ['somebody’s JSON, with 200', says(200, json, '{"ok":true}')],
    ['somebody’s JSON, with 201', says(201, json, '{"id":17,"sid":"abc"}')],
    ['somebody’s JSON, with 202', says(202, json, '{"queued":1}')],
    ['a list, with 201', says(201, json, `[${sid201}]`)],
    ['a redirect to a sign-in page', says(302, { location: 'https://login.guest.example/' })],
    ['another address for good', says(308, { location: 'https://elsewhere.example/' })],
    ['"not modified"', says(304)],
    ['a proxy that wants a password', says(407, { 'proxy-authenticate': 'Basic' }, 'Proxy Authentication Required')],
    ['a network that wants a sign-in', says(511, html, page)],
    ['a firewall’s 403', says(403, html, '<html>Access denied. Ray ID 1f</html>')],
    ['a firewall’s 403 in JSON', says(403, json, '{"message":"Forbidden"}')],
    ['a 403 without a word', says(403)],
    ['a firewall’s 403 in JSON with errors', says(403, json, '{"success":false,"errors":[{"code":1020,"message":"Access denied"}]}')],
    ['a gateway’s 403 with errors in words', says(403, json, '{"errors":["Forbidden"]}')],
    ['a gateway’s 400 with no errors', says(400, json, '{"errors":[]}')],
    ['a gateway’s 403 with a code of its own', says(403, json, '{"code":403,"message":"Forbidden"}')],
    ['a firewall’s 401 with a code of its own', says(401, json, '{"code":1020,"message":"Access denied"}')],
    ['an acceptance with errors', says(202, json, '{"errors":[{"message":"Not today","field":null}]}')],
    ['"too early"', says(425, html, page)],
    ['a 401 in plain text', says(401, { 'content-type': 'text/plain' }, 'Unauthorized')],
    ['a 400 of a proxy', says(400, html, '<html>Bad Request</html>')],
    ['a page for 404', says(404, html, '<html>Not found</html>')],
    ['text for 405', says(405, {}, 'Method Not Allowed')],
    ['text for 415', says(415, {}, 'Unsupported')],
    ['a legal block', says(451, html, '<html>Blocked</html>')],
  ])('%s costs nobody an attempt and says who spoke', async (_, given) => {
    answer = given;
    expect(await send[name]()).toMatchObject({
      outcome: 'transient',
      foreign: true,
      failureCode: 'connection',
      reason: expect.stringContaining(`Something between Rollcall and ${name} answered in its place`),
    });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['a 502 of a gateway', says(502, html, '<html>Bad gateway</html>')],
    ['a 503 of a gateway', says(503, html, page)],
    ['a 429 of a gateway', says(429, html, '<html>Slow down</html>')],
  ])('%s is tried again like the provider’s', async (_, given) => {
    answer = given;
    const result = await send[name]();
    expect(result).toMatchObject({ outcome: 'transient' });
    expect(result).not.toHaveProperty('foreign');
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['a 403 whose page never came', cut(403, json, ' ')],
    ['a 403 packed in a way that cannot be read', says(403, { ...json, 'content-encoding': 'gzip' }, 'no gzip')],
  ])('%s stops nobody but that message', async (_, given) => {
    answer = given;
    expect(await send[name]()).toMatchObject({ outcome: 'transient' });
  });
});

describe('SendGrid’s word', () => {
  const id = { 'x-message-id': 'oN3xYqkRT-2wKf0' };
  it.each<[string, (response: ServerResponse) => void, object]>([
    ['202 with an id', says(202, id), { outcome: 'accepted', providerMessageId: id['x-message-id'] }],
    ['202 whose end broke off', cut(202, id, ''), { outcome: 'accepted' }],
    ['202 that broke off without an id', cut(202, {}, ''), { outcome: 'unknown', httpStatus: 202 }],
    ['200 with an id', says(200, id), { outcome: 'unknown', failureCode: 'outcome_unknown' }],
    ['202 with an id and a page', says(202, { ...html, ...id }, page), { outcome: 'unknown', failureCode: 'outcome_unknown' }],
    [
      '403 in gzip',
      says(403, { ...json, 'content-encoding': 'gzip' }, gzipSync('{"errors":[{"message":"access forbidden"}]}')),
      { outcome: 'account', failureCode: 'credentials' },
    ],
  ])('%s', async (_, given, expected) => {
    answer = given;
    expect(await send.SendGrid()).toMatchObject(expected);
  });

  it('is asked for by calls that several share, too', async () => {
    answer = says(200, html, page);
    const messages = ['ann', 'bob'].map((one) => emailTo(`${one}@example.com`, { own: { text: [one] } }));
    const results = await providers.email?.sendTogether?.(messages, { text: ['Hello ', '.'] });
    expect(results).toEqual(messages.map(() => expect.objectContaining({ outcome: 'transient', foreign: true })));
  });
});

describe('Twilio’s word', () => {
  it.each<[string, (response: ServerResponse) => void, object]>([
    ['201 with the message', says(201, json, sid201), { outcome: 'accepted', providerMessageId: sid }],
    ['201 in gzip', says(201, { ...json, 'content-encoding': 'gzip' }, gzipSync(sid201)), { outcome: 'accepted', providerMessageId: sid }],
    ['201 cut behind the id', cut(201, json, sid201.slice(0, -10)), { outcome: 'accepted', providerMessageId: sid }],
    ['201 cut behind the account', cut(201, json, sid201.slice(0, 60)), { outcome: 'accepted', providerMessageId: null }],
    ['201 cut before it said anything', cut(201, json, '{'), { outcome: 'unknown', httpStatus: 201 }],
    [
      '201 with a message that failed at once',
      says(201, json, sid201.replace('"queued"', '"failed","error_code":30007,"error_message":"Carrier"')),
      { outcome: 'permanent', failureCode: 'carrier_rejected', providerCode: '30007' },
    ],
    [
      '201 with a message that failed at once for the trial',
      says(201, json, sid201.replace('"queued"', '"failed","error_code":30044')),
      { outcome: 'account', failureCode: 'trial_account' },
    ],
    [
      '201 with a code but under way',
      says(201, json, sid201.replace('"queued"', '"accepted","error_code":30007')),
      { outcome: 'accepted' },
    ],
    ['200 with a message', says(200, json, sid201), { outcome: 'unknown', failureCode: 'outcome_unknown' }],
    ['400 with a code', says(400, json, '{"code":21211,"message":"Invalid","status":400}'), { outcome: 'permanent' }],
    ['401 with a code', says(401, json, '{"code":20003,"message":"Authenticate"}'), { outcome: 'account', failureCode: 'credentials' }],
  ])('%s', async (_, given, expected) => {
    answer = given;
    expect(await send.Twilio()).toMatchObject(expected);
  });

  it.each<[string, (response: ServerResponse) => void, string[] | null]>([
    ['a page', says(200, html, page), null],
    ['a page with 403', says(403, html, page), null],
    ['somebody’s JSON', says(200, json, '{"things":[]}'), null],
    ['an empty list', says(200, json, '{"messages":[],"page":0,"page_size":50,"uri":"/x"}'), []],
    ['"you may not look"', says(401, json, '{"code":20003,"message":"Authenticate"}'), []],
  ])('is asked whether it has a message: %s', async (_, given, expected) => {
    answer = given;
    expect(await providers.sms?.find?.({ to: '+12025550143', from: '+12025550100', text: 'x' }, 0)).toEqual(expected);
  });

  it('is asked for a messaging service by that name', async () => {
    let form = new URLSearchParams();
    const own = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        form = new URLSearchParams(body);
        says(201, json, sid201)(response);
      });
    });
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    const mine = providersAt(`http://127.0.0.1:${(own.address() as AddressInfo).port}`);
    const service = `MG${'c'.repeat(32)}`;
    expect(await mine.sms?.send(smsTo('+12025550143', { from: service }))).toMatchObject({ outcome: 'accepted' });
    expect([form.get('From'), form.get('MessagingServiceSid')]).toEqual([null, service]);
    await mine.close();
    own.closeAllConnections();
    own.close();
  });
});
