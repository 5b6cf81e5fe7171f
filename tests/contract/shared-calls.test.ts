import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '#app/providers/provider.ts';
import type { Providers } from '#app/providers/providers.server.ts';
import { sharedSendGridMail } from '#app/providers/sendgrid-mail.server.ts';
import { type Sandbox, startSandbox } from '#sandbox/index.ts';
import { emailTo, providersAt } from '#tests/support/providers.ts';

let sandbox: Sandbox;
let providers: Providers;
let email: Required<Pick<Provider, 'sendTogether'>>;

beforeAll(async () => {
  sandbox = await startSandbox();
  providers = providersAt(sandbox.url);
  email = providers.email as typeof email;
});
afterEach(() => {
  sandbox.setFaults({});
  sandbox.clear();
});
afterAll(async () => {
  await providers.close();
  await sandbox.stop();
});

const shared = { html: ['<p>Hello ', ', you have ', '.</p>'], text: ['Hello ', '.'] };
const own = (name: string, what = 'a $& <b>1</b> %') => ({ html: [name, what], text: [name] });
const to = (address: string, more = {}) => emailTo(address, { subject: `For ${address}`, own: own(address), ...more });

describe('an email that several people share', () => {
  it('reaches each of them with their own subject, texts, headers and ids, in one call', async () => {
    const headers = (n: number) => ({ 'List-Unsubscribe': `<https://example.com/u/${n}>` });
    const messages = [to('ann@example.com', { headers: headers(1) }), to('bob@example.com', { headers: headers(2) })];
    const results = await email.sendTogether(messages, shared);
    expect(results.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    expect(sandbox.stats()).toMatchObject({ requests: 1, accepted: 2, doubled: [] });
    expect(sandbox.messages().data.map(({ to, content, attempt_id }) => ({ to, content, attempt_id }))).toEqual(
      messages.map(({ to, subject, attemptId, headers }) => ({
        to,
        attempt_id: attemptId,
        content: expect.objectContaining({
          subject,
          html: `<p>Hello ${to}, you have a $& <b>1</b> %.</p>`,
          text: `Hello ${to}.`,
          headers,
        }),
      })),
    );
  });

  it('is refused for a bad address alone; the others are not sent yet', async () => {
    const results = await email.sendTogether([to('ann@example.com'), to('bob@nowhere'), to('cy@example.com')], shared);
    expect(results).toEqual([
      { outcome: 'not_sent', alone: false },
      expect.objectContaining({ outcome: 'permanent', failureCode: 'invalid_address', httpStatus: 400 }),
      { outcome: 'not_sent', alone: false },
    ]);
    expect(sandbox.stats()).toMatchObject({ requests: 1, accepted: 0 });
  });

  it('is to be sent to each alone where it is not told who is to blame', async () => {
    const results = await email.sendTogether([to('ann@example.com'), to('bob@example.com')], {});
    expect(results).toEqual([
      { outcome: 'not_sent', alone: true },
      { outcome: 'not_sent', alone: true },
    ]);
  });

  it.each([
    ['a 429', { rate_429: 1, retry_after_s: 7 }, { outcome: 'transient', retryAfterS: 7 }],
    ['no answer', { rate_reset: 1 }, { outcome: 'unknown' }],
    ['a bad key', { bad_key: true }, { outcome: 'account' }],
  ])('means the same for all of them after %s', async (_, faults, expected) => {
    sandbox.setFaults({ email: faults });
    const results = await email.sendTogether([to('ann@example.com'), to('bob@example.com')], shared);
    expect(results).toEqual([expect.objectContaining(expected), expect.objectContaining(expected)]);
  });

  it('leaves out whose own part is too long, or holds the beginning of a tag', () => {
    const messages = [
      to('ann@example.com'),
      to('bob@example.com', { own: own('b', 'x'.repeat(10_000)) }),
      to('cy@example.com', { own: own('see %nonce-h0%') }),
      to('di@example.com', { subject: '%nonce-t0%' }),
    ];
    const { mail, included } = sharedSendGridMail(messages, shared, 'nonce');
    expect(included).toEqual([true, false, false, false]);
    expect(mail?.toJSON().personalizations).toHaveLength(1);
    expect(sharedSendGridMail(messages, { html: ['%nonce-', ''] }, 'nonce').mail).toBeNull();
  });
});
