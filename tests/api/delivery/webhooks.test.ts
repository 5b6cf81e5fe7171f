import { generateKeyPairSync } from 'node:crypto';
import type { AppLoadContext } from '@remix-run/node';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { action as sendgrid } from '#app/routes/webhooks.sendgrid.ts';
import { action as inbound } from '#app/routes/webhooks.twilio.inbound.ts';
import { action as status } from '#app/routes/webhooks.twilio.status.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { numbered } from '#tests/support/campaigns.ts';
import { type Addressee, sendGridHeaders, sendGridJson, sentCampaign } from '#tests/support/events.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const origin = 'https://rollcall.example.com';
const token = 'a token for tests';
let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    BASE_URL: origin,
    SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: token,
  });
});
afterAll(() => api.drop());

const sent = (addresses: string[], channel: 'email' | 'sms' = 'email') => sentCampaign(api.db, addresses, channel);
const recipient = async ({ campaignId, recipientId }: Addressee) =>
  (await api.db.pool.query('select * from recipients where campaign_id = $1 and id = $2', [campaignId, recipientId])).rows[0];
const logged = async () => (await api.db.pool.query('select count(*)::int as n from provider_events')).rows[0].n as number;

/** As behind a proxy: the server itself is asked under another name. */
function call(act: typeof sendgrid, path: string, body: BodyInit, headers: Record<string, string>, context: AppLoadContext = api.context) {
  const request = new Request(`http://10.0.0.7:3000${path}`, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  return act({ request, context, params: {} });
}
const post = (body: string, headers: Record<string, string> = sendGridHeaders(privateKey, body), context?: AppLoadContext) =>
  call(sendgrid, '/webhooks/sendgrid', body, { 'content-type': 'application/json', ...headers }, context);
const problem = async (response: Response) => ({ status: response.status, code: ((await response.json()) as { code: string }).code });

describe('POST /webhooks/sendgrid', () => {
  test('takes signed events in and says how many', async () => {
    const [a] = (await sent(['ann@take.test'])) as [Addressee];
    const body = JSON.stringify([
      sendGridJson(a, 'delivered'),
      sendGridJson(a, 'open'),
      sendGridJson({ ...a, recipientId: 999_999 }, 'delivered'),
      null,
      'what',
      { event: ['delivered'] },
    ]);
    const response = await post(body);
    expect([response.status, await response.json()]).toEqual([200, { received: 6, recorded: 1, duplicates: 0, ignored: 5 }]);
    expect(await recipient(a)).toMatchObject({ delivery: 'delivered' });
    expect(await (await post(body)).json()).toEqual({ received: 6, recorded: 0, duplicates: 1, ignored: 5 });
  });

  test('takes bytes as they are, in any alphabet', async () => {
    const [a] = (await sent(['ann@bytes.test'])) as [Addressee];
    const response = await post(
      `  ${JSON.stringify([sendGridJson(a, 'bounce', { type: 'bounce', reason: 'Postfach voll: Grüße 👋' })])}\n`,
    );
    expect(await response.json()).toMatchObject({ recorded: 1 });
  });

  test.each([
    ['unsigned', {}],
    ['signed by somebody else', sendGridHeaders(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, '[]')],
    ['stale', sendGridHeaders(privateKey, '[]', String(Math.floor(Date.now() / 1_000) - 30 * 3_600))],
    ['with a broken signature', { ...sendGridHeaders(privateKey, '[]'), 'x-twilio-email-event-webhook-signature': '%%%' }],
    ['signed for another body', sendGridHeaders(privateKey, '[ ]')],
  ])('refuses what is %s', async (_, headers) => {
    expect(await problem(await post('[]', headers as Record<string, string>))).toEqual({ status: 403, code: 'bad_signature' });
  });

  test.each(['', '{', '{}', '"[]"', 'null', '[1', '\u0000'])('refuses a signed body that is no list: %j', async (body) => {
    expect(await problem(await post(body))).toEqual({ status: 400, code: 'invalid_json' });
  });

  test('refuses a huge body while it arrives, and any method but POST', async () => {
    let read = 0;
    const endless = new ReadableStream({
      pull(controller) {
        read += 1;
        controller.enqueue(new Uint8Array(1_000_000).fill(32));
      },
    });
    const response = await call(sendgrid, '/webhooks/sendgrid', endless, sendGridHeaders(privateKey, ''));
    expect(await problem(response)).toEqual({ status: 413, code: 'too_large' });
    expect(read).toBeLessThan(20);
    const get = new Request(`${origin}/webhooks/sendgrid`);
    expect((await sendgrid({ request: get, context: api.context, params: {} })).status).toBe(405);
  });

  test.each([
    ['without a key', undefined],
    ['with a key that is none', 'c3Vubnk='],
  ])('says why it takes nothing %s', async (_, sendgridWebhookPublicKey) => {
    const context = { ...api.context, env: { ...api.context.env, sendgridWebhookPublicKey } };
    const response = await post('[]', sendGridHeaders(privateKey, '[]'), context);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'not_configured', detail: expect.stringContaining('SENDGRID_WEBHOOK_PUBLIC_KEY') });
  });

  test('believes the key of before beside the one of now, while both are set', async () => {
    const newer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const text = (key: typeof publicKey) => key.export({ format: 'der', type: 'spki' }).toString('base64');
    const env = { ...api.context.env, sendgridWebhookPublicKey: text(newer.publicKey), sendgridWebhookPublicKeyOld: text(publicKey) };
    for (const one of [privateKey, newer.privateKey]) {
      expect((await post('[]', sendGridHeaders(one, '[]'), { ...api.context, env })).status).toBe(200);
    }
    const after = { ...env, sendgridWebhookPublicKeyOld: undefined };
    expect((await post('[]', sendGridHeaders(privateKey, '[]'), { ...api.context, env: after })).status).toBe(403);
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect((await post('[]', sendGridHeaders(stranger, '[]'), { ...api.context, env })).status).toBe(403);
  });

  test('loses nothing when one of many is hostile', async () => {
    const people = await sent(numbered(20, 'hostile.test'));
    const hostile = [{ sg_event_id: { $gt: '' } }, { sg_event_id: 'x'.repeat(500) }, { rollcall_campaign: '0' }, { event: 'constructor' }];
    const events = people.flatMap((to, i) => [sendGridJson(to, 'delivered'), sendGridJson(to, 'delivered', hostile[i % hostile.length])]);
    const before = await logged();
    expect(await (await post(JSON.stringify(events))).json()).toEqual({ received: 40, recorded: 20, duplicates: 0, ignored: 20 });
    expect(await logged()).toBe(before + 20);
  });

  test('takes a reason with characters that PostgreSQL has no place for', async () => {
    const [a] = (await sent(['ann@nul.test'])) as [Addressee];
    const body = JSON.stringify([sendGridJson(a, 'bounce', { type: 'bounce', reason: 'a\u0000b \ud800 c', status: '5\u0000' })]);
    expect(await (await post(body)).json()).toMatchObject({ recorded: 1 });
  });
});

describe('Twilio', () => {
  const form = (path: string, fields: Record<string, string>) => {
    const signature = twilio.getExpectedTwilioSignature(token, origin + path, fields);
    return {
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
    };
  };
  const statusOf = (to: Addressee, MessageStatus: string, more = {}) => {
    const path = `/webhooks/twilio/status?attempt=${to.attemptId}&recipient=${to.recipientId}&campaign=${to.campaignId}&round=0`;
    const fields = {
      MessageSid: `SM${String(to.attemptId).padStart(32, '0')}`,
      MessageStatus,
      To: to.address,
      From: '+15005550006',
      ...more,
    };
    const { body, headers } = form(path, fields);
    return call(status, path, body, headers);
  };

  test('tells by callback that a text did not arrive, after its campaign had ended', async () => {
    const people = await sent(['+12015550170', '+12015550171', '+12015550172'], 'sms');
    const [a, b, c] = people as [Addressee, Addressee, Addressee];
    const answers = await Promise.all([statusOf(a, 'delivered'), statusOf(b, 'undelivered', { ErrorCode: '30007' }), statusOf(c, 'sent')]);
    expect(answers.map((answer) => answer.status)).toEqual([204, 204, 204]);
    expect(await recipient(a)).toMatchObject({ status: 'sent', delivery: 'delivered' });
    expect(await recipient(b)).toMatchObject({ status: 'failed', failure_code: 'carrier_rejected', delivery: 'undelivered' });
    const { rows } = await api.db.pool.query('select status, sent, failed from campaigns where id = $1', [a.campaignId]);
    expect(rows).toEqual([{ status: 'PARTIALLY_SENT', sent: 2, failed: 1 }]);
  });

  test('must have signed this address and this form', async () => {
    const [a] = (await sent(['+12015550173'], 'sms')) as [Addressee];
    const path = `/webhooks/twilio/status?attempt=${a.attemptId}&recipient=${a.recipientId}&campaign=${a.campaignId}&round=0`;
    const { body, headers } = form(path, { MessageSid: `SM${'a'.repeat(32)}`, MessageStatus: 'failed', To: a.address });
    expect(await problem(await call(status, path.replace('round=0', 'round=1'), body, headers))).toEqual({
      status: 403,
      code: 'bad_signature',
    });
    expect(await problem(await call(status, path, `${body}&ErrorCode=30007`, headers))).toEqual({ status: 403, code: 'bad_signature' });
    expect(await problem(await call(status, path, body, { 'content-type': headers['content-type'] }))).toEqual({
      status: 403,
      code: 'bad_signature',
    });
    expect((await call(status, path, '{}', { ...headers, 'content-type': 'application/json' })).status).toBe(415);
    expect((await call(status, path, 'x'.repeat(100_000), headers)).status).toBe(413);
    const context = { ...api.context, env: { ...api.context.env, twilioAuthToken: undefined } };
    expect(await problem(await call(status, path, body, headers, context))).toEqual({ status: 503, code: 'not_configured' });
    expect(await recipient(a)).toMatchObject({ status: 'sent', delivery: null });
  });

  test('is believed with the token of before, while Twilio signs with it still', async () => {
    const path = '/webhooks/twilio/status?attempt=1&recipient=1&campaign=1&round=0';
    const { body, headers } = form(path, { MessageSid: `SM${'b'.repeat(32)}`, MessageStatus: 'sent', To: '+12015550179' });
    const env = { ...api.context.env, twilioAuthToken: 'the token of now', twilioAuthTokenOld: token };
    expect((await call(status, path, body, headers, { ...api.context, env })).status).toBe(204);
    const after = { ...env, twilioAuthTokenOld: undefined };
    expect((await call(status, path, body, headers, { ...api.context, env: after })).status).toBe(403);
  });

  test('hands on STOP and START, each once', async () => {
    const number = '+12015550174';
    const [a] = (await sent([number], 'sms')) as [Addressee];
    let messages = 0;
    const answer = (Body: string, sid = messages++) => {
      const { body, headers } = form('/webhooks/twilio/inbound', {
        MessageSid: `SM${String(sid).padStart(32, '0')}`,
        From: number,
        To: '+15005550006',
        Body,
      });
      return call(inbound, '/webhooks/twilio/inbound', body, headers);
    };
    const reason = async () =>
      (
        await api.db.pool.query(
          'select r.reason, r.campaign_id from suppressions s join suppression_reasons r on r.suppression_id = s.id where s.address = $1',
          [number],
        )
      ).rows[0] ?? null;

    const response = await answer('Hello?');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8']);
    expect(await response.text()).toContain('<Response/>');
    expect(await reason()).toBeNull();
    await answer('Stop');
    expect(await reason()).toEqual({ reason: 'stop', campaign_id: a.campaignId });
    await answer('START');
    expect(await reason()).toBeNull();
    await answer('Stop', 1);
    expect(await reason()).toBeNull();
  });

  test('telling of thousands of messages at once does not cost a transaction each', async () => {
    const people = await sent(
      Array.from({ length: 400 }, (_, n) => `+1201555${String(3_000 + n)}`),
      'sms',
    );
    const version = async () =>
      (await api.db.pool.query('select version from campaigns where id = $1', [people[0]?.campaignId])).rows[0].version;
    const before = await version();
    const answers = await Promise.all(people.map((to) => statusOf(to, 'delivered')));
    expect(answers.every(({ status: code }) => code === 204)).toBe(true);
    const { rows } = await api.db.pool.query('select delivered from campaigns where id = $1', [people[0]?.campaignId]);
    expect(rows[0].delivered).toBe(400);
    // Each transaction raises the version once.
    expect((await version()) - before).toBeLessThan(100);
  });
});
