import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sandboxSendgridApiKey, sandboxTwilioAccountSid, sandboxTwilioAuthToken } from '#sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '#sandbox/index.ts';
import { mistakes, promised } from '#tests/contract/openapi.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => {
  sandbox.setFaults({});
  sandbox.clear();
});
afterAll(() => sandbox.stop());

const goodMail = {
  personalizations: [{ to: [{ email: 'ann@example.com' }], custom_args: { rollcall_recipient: '1' } }],
  from: { email: 'shop@example.com' },
  subject: 'Hello',
  content: [{ type: 'text/html', value: '<p>Hello</p>' }],
};
const goodForm = { To: '+12025550143', From: '+12025550100', Body: 'Hello' };
const basic = `Basic ${btoa(`${sandboxTwilioAccountSid}:${sandboxTwilioAuthToken}`)}`;
const account = `/2010-04-01/Accounts/${sandboxTwilioAccountSid}`;

function postMail(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${sandbox.url}/v3/mail/send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandboxSendgridApiKey}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function postSms(form: Record<string, string>, headers: Record<string, string> = {}, path = `${account}/Messages.json`): Promise<Response> {
  return fetch(sandbox.url + path, { method: 'POST', headers: { authorization: basic, ...headers }, body: new URLSearchParams(form) });
}

function getTwilio(path: string, authorization = basic): Promise<Response> {
  return fetch(sandbox.url + path, { headers: { authorization } });
}

describe('the sandbox as SendGrid', () => {
  it.each<[string, unknown, string]>([
    ['no personalizations', { ...goodMail, personalizations: [] }, 'personalizations'],
    ['no recipient', { ...goodMail, personalizations: [{ to: [] }] }, 'personalizations.0.to'],
    [
      'a bad address',
      { ...goodMail, personalizations: [...goodMail.personalizations, { to: [{ email: 'ann' }] }] },
      'personalizations.1.to.0.email',
    ],
    [
      'the same address twice',
      { ...goodMail, personalizations: [{ to: [{ email: 'a@b.test' }, { email: 'A@b.test' }] }] },
      'personalizations.0.to.1.email',
    ],
    [
      'an id that is no string',
      { ...goodMail, personalizations: [{ to: [{ email: 'a@b.test' }], custom_args: { x: 1 } }] },
      'personalizations.0.custom_args.x',
    ],
    ['no sender', { ...goodMail, from: undefined }, 'from.email'],
    ['no subject', { ...goodMail, subject: '' }, 'subject'],
    ['no content', { ...goodMail, content: undefined }, 'content'],
    ['empty content', { ...goodMail, content: [{ type: 'text/html', value: '' }] }, 'content.0.value'],
    ['plain text after HTML', { ...goodMail, content: [...goodMail.content, { type: 'text/plain', value: 'x' }] }, 'content'],
  ])('refuses %s and names the field', async (_name, mail, field) => {
    const response = await postMail(mail);
    expect(response.status).toBe(400);
    const body = await response.json();
    expect(mistakes(promised.sendgridError, body)).toEqual([]);
    expect(body.errors[0].field).toBe(field);
    expect(sandbox.stats()).toMatchObject({ requests: 1, accepted: 0, refused: 1 });
  });

  it('refuses whatever its OpenAPI document refuses', async () => {
    const required = ['personalizations', 'from'] as const;
    for (const name of required) {
      const mail = { ...goodMail, [name]: undefined };
      expect(mistakes(promised.sendgridRequest, JSON.parse(JSON.stringify(mail)))).not.toEqual([]);
      expect((await postMail(mail)).status).toBe(400);
    }
    expect(mistakes(promised.sendgridRequest, goodMail)).toEqual([]);
    expect((await postMail(goodMail)).status).toBe(202);
  });

  it('refuses what is no JSON, no key, no POST or no page of it', async () => {
    expect((await postMail('{')).status).toBe(400);
    expect((await postMail(goodMail, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await postMail(goodMail, { authorization: 'Bearer nothing' })).status).toBe(401);
    expect((await fetch(`${sandbox.url}/v3/mail/send`)).status).toBe(405);
    expect((await fetch(`${sandbox.url}/v3/mail/sent`)).status).toBe(404);
  });
});

describe('the sandbox as Twilio', () => {
  it.each<[string, Record<string, string>, number]>([
    ['no recipient', { ...goodForm, To: '' }, 21604],
    ['a bad number', { ...goodForm, To: '0143' }, 21211],
    ['another channel', { ...goodForm, To: 'whatsapp:+12025550143' }, 21211],
    ['no sender', { To: goodForm.To, Body: 'x' }, 21603],
    ['a bad sender', { ...goodForm, From: '+0' }, 21212],
    ['no text', { ...goodForm, Body: '' }, 21602],
    ['a text that is too long', { ...goodForm, Body: 'x'.repeat(1601) }, 21617],
    ['a bad callback', { ...goodForm, StatusCallback: 'nowhere' }, 21609],
  ])('refuses %s with its code', async (_name, form, code) => {
    const response = await postSms(form);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code,
      status: 400,
      message: expect.any(String),
      more_info: expect.stringContaining(String(code)),
    });
  });

  it('answers with a message as its OpenAPI document describes it, and finds it again', async () => {
    const response = await postSms(goodForm);
    const created = await response.json();
    expect(response.status).toBe(201);
    expect(mistakes(promised.twilioMessage, created)).toEqual([]);
    expect(created).toMatchObject({ status: 'queued', to: goodForm.To, from: goodForm.From, body: 'Hello', date_sent: null });
    expect(await (await getTwilio(`${account}/Messages/${created.sid}.json`)).json()).toMatchObject({ sid: created.sid, body: 'Hello' });
  });

  it('lists messages by To and From, newest first, page by page', async () => {
    for (const Body of ['one', 'two', 'three']) await postSms({ ...goodForm, Body });
    await postSms({ ...goodForm, To: '+12025550199' });
    await postSms({ ...goodForm, From: '+12025550101' });
    const query = new URLSearchParams({ To: goodForm.To, From: goodForm.From, PageSize: '2' });
    const first = await (await getTwilio(`${account}/Messages.json?${query}`)).json();
    expect(mistakes(promised.twilioList, first)).toEqual([]);
    const second = await (await getTwilio(first.next_page_uri)).json();
    expect([...first.messages, ...second.messages].map((one: { body: string }) => one.body)).toEqual(['three', 'two', 'one']);
    expect(second.next_page_uri).toBeNull();
  });

  it('knows no message of others, no other account and no wrong key', async () => {
    expect((await getTwilio(`${account}/Messages/SM${'0'.repeat(32)}.json`)).status).toBe(404);
    expect((await getTwilio(`/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`)).status).toBe(404);
    expect((await postSms(goodForm, {}, `/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`)).status).toBe(404);
    const refused = await getTwilio(`${account}/Messages.json`, 'Basic nothing');
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ code: 20003 });
  });
});
