import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Providers } from '#app/providers/providers.server.ts';
import { sandboxTwilioAccountSid, sandboxTwilioAuthToken } from '#sandbox/credentials.ts';
import { emailTo, providersAt, smsTo } from '#tests/support/providers.ts';
import { mistakes, promised } from './openapi.ts';

/** What the real SDKs put on the wire, caught by a plain server. */
let server: Server;
let url: string;
let providers: Providers;
const caught: { method: string; path: string; headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      caught.push({ method: req.method ?? '', path: req.url ?? '', headers: req.headers, body });
      res.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  providers = providersAt(url);
});

afterAll(async () => {
  await providers.close();
  server.closeAllConnections();
  server.close();
});

function last() {
  return caught.at(-1) as (typeof caught)[number];
}

describe('an email on its way to SendGrid', () => {
  it('is what SendGrid’s OpenAPI document asks for', async () => {
    const message = emailTo('ann@example.com');
    await providers.email?.send(message);
    const { method, path, headers, body } = last();
    expect([method, path, headers['content-type']]).toEqual(['POST', '/v3/mail/send', 'application/json']);
    const mail = JSON.parse(body);
    expect(mistakes(promised.sendgridRequest, mail)).toEqual([]);
    expect(mail.content).toEqual([
      { type: 'text/plain', value: 'We are open.' },
      { type: 'text/html', value: '<p>We are open.</p>' },
    ]);
    expect(mail.personalizations).toEqual([
      {
        to: [{ email: 'ann@example.com' }],
        custom_args: {
          rollcall_attempt: String(message.attemptId),
          rollcall_recipient: String(message.recipientId),
          rollcall_campaign: '7',
          rollcall_round: '0',
        },
      },
    ]);
  });

  it('keeps its links to itself where they open an account', async () => {
    await providers.email?.send(emailTo('ann@example.com', { untracked: true }));
    const mail = JSON.parse(last().body);
    expect(mistakes(promised.sendgridRequest, mail)).toEqual([]);
    expect(mail.tracking_settings).toEqual({ click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false } });
  });

  it('is what it asks for where several share a call, too', async () => {
    const shared = { html: ['<p>Hello ', '</p>'], text: ['Hello ', ''] };
    const to = (address: string) => emailTo(address, { own: { html: [`<b>${address}</b>`], text: [address] } });
    await providers.email?.sendTogether?.([to('ann@example.com'), to('bob@example.com')], shared);
    const mail = JSON.parse(last().body);
    expect(mistakes(promised.sendgridRequest, mail)).toEqual([]);
    expect(mail.personalizations).toHaveLength(2);
    const [[htmlTag]] = Object.entries(mail.personalizations[1].substitutions).filter(
      ([, value]) => value === '<b>bob@example.com</b>',
    ) as [[string, string]];
    expect(mail.content[1]).toEqual({ type: 'text/html', value: `<p>Hello ${htmlTag}</p>` });
  });

  it('has only one part where only one is given', async () => {
    await providers.email?.send(emailTo('ann@example.com', { text: '' }));
    expect(JSON.parse(last().body).content).toEqual([{ type: 'text/html', value: '<p>We are open.</p>' }]);
    expect(mistakes(promised.sendgridRequest, JSON.parse(last().body))).toEqual([]);
  });

  it('carries unsubscribe headers in the personalization and lets none replace those of the request', async () => {
    await providers.email?.send(
      emailTo('ann@example.com', {
        headers: {
          'list-unsubscribe': '<https://rollcall.test/u/abc>',
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          Authorization: 'Bearer another',
          'X-Sneaky': 'x',
        },
      }),
    );
    const { headers, body } = last();
    expect(headers.authorization).toMatch(/^Bearer SG\.sandbox/);
    expect(Object.keys(headers)).not.toContain('list-unsubscribe');
    expect(JSON.parse(body).personalizations[0].headers).toEqual({
      'List-Unsubscribe': '<https://rollcall.test/u/abc>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect(JSON.parse(body).headers).toBeUndefined();
  });

  it('leaves the message as it was, braces and all', async () => {
    const message = Object.freeze(emailTo('ann@example.com', { html: '<p>{{name}} & {{{x}}} “ünï” 🎉 -name-</p>' }));
    await providers.email?.send(message);
    expect(JSON.parse(last().body).content[1].value).toBe(message.html);
  });
});

describe('a text message on its way to Twilio', () => {
  it('is what Twilio’s OpenAPI document asks for', async () => {
    const message = smsTo('+12025550143', { text: 'Ünï & more = 100% 🎉' });
    await providers.sms?.send(message);
    const { method, path, headers, body } = last();
    expect([method, path]).toEqual(['POST', `/2010-04-01/Accounts/${sandboxTwilioAccountSid}/Messages.json`]);
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(headers.authorization).toBe(`Basic ${btoa(`${sandboxTwilioAccountSid}:${sandboxTwilioAuthToken}`)}`);
    const form = Object.fromEntries(new URLSearchParams(body));
    expect(mistakes(promised.twilioRequest, form)).toEqual([]);
    expect(form).toEqual({
      To: '+12025550143',
      From: message.from,
      Body: 'Ünï & more = 100% 🎉',
      StatusCallback: `http://localhost:3000/webhooks/twilio/status?attempt=${message.attemptId}&recipient=${message.recipientId}&campaign=7&round=0`,
    });
  });

  it('asks for no report that Twilio could never deliver', async () => {
    const real = providersAt('http://twilio.test:1', { sendTimeoutMs: 200 });
    const reachable = providersAt(url, { baseUrl: 'https://rollcall.example.com/' });
    await reachable.sms?.send(smsTo('+12025550143'));
    expect(new URLSearchParams(last().body).get('StatusCallback')).toMatch(
      /^https:\/\/rollcall\.example\.com\/webhooks\/twilio\/status\?attempt=/,
    );
    expect(await real.sms?.send(smsTo('+12025550143'))).toMatchObject({ outcome: 'transient' });
    await Promise.all([real.close(), reachable.close()]);
  });
});
