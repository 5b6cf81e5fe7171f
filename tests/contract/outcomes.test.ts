import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OutgoingMessage, Provider, Refused, SendResult } from '#app/providers/provider.ts';
import type { Providers } from '#app/providers/providers.server.ts';
import { sandboxSendgridApiKey, sandboxTwilioAuthToken } from '#sandbox/credentials.ts';
import type { FaultsInput } from '#sandbox/faults.ts';
import { type Sandbox, startSandbox } from '#sandbox/index.ts';
import { emailTo, providersAt, smsTo, waiting } from '#tests/support/providers.ts';

let sandbox: Sandbox;
let providers: Providers;
let hasty: Providers;

beforeAll(async () => {
  sandbox = await startSandbox();
  providers = providersAt(sandbox.url);
  hasty = providersAt(sandbox.url, { sendTimeoutMs: 1000 });
});

afterEach(() => {
  sandbox.setFaults({});
  sandbox.clear();
});

afterAll(async () => {
  await Promise.all([providers.close(), hasty.close()]);
  await sandbox.stop();
});

type ChannelFaults = NonNullable<FaultsInput['email']>;

const channels = [
  { channel: 'email' as const, message: () => emailTo('ann@example.com'), status: 202, id: /^[0-9a-z]{22}$/ },
  { channel: 'sms' as const, message: () => smsTo('+12025550143'), status: 201, id: /^SM[0-9a-f]{32}$/ },
];

describe.each(channels)('$channel', ({ channel, message, status, id }) => {
  const send = (faults: ChannelFaults, from: () => Providers = () => providers): Promise<SendResult> => {
    sandbox.setFaults({ [channel]: faults });
    return (from()[channel] as Provider).send(message());
  };

  it('is accepted with the provider’s message id', async () => {
    const result = await send({});
    expect(result).toEqual({ outcome: 'accepted', httpStatus: status, providerMessageId: expect.stringMatching(id) });
    expect(sandbox.messages().data.map((one) => one.provider_message_id)).toEqual([
      (result as { providerMessageId: string }).providerMessageId,
    ]);
  });

  it.each<[string, ChannelFaults, Partial<Refused>, number]>([
    ['a 429 without a hint', { rate_429: 1 }, { outcome: 'transient', failureCode: 'rate_limited', httpStatus: 429, retryAfterS: null }, 0],
    ['a 429 with Retry-After', { rate_429: 1, retry_after_s: 42 }, { outcome: 'transient', httpStatus: 429, retryAfterS: 42 }, 0],
    ['a 429 with a day to wait', { rate_429: 1, retry_after_s: 86_400 }, { outcome: 'transient', httpStatus: 429, retryAfterS: 900 }, 0],
    ['a server error', { rate_500: 1 }, { outcome: 'transient', failureCode: 'provider_error', httpStatus: 500 }, 0],
    ['an outage', { down: true }, { outcome: 'transient', failureCode: 'provider_error', httpStatus: 503, retryAfterS: null }, 0],
    ['an outage with Retry-After', { down: true, retry_after_s: 9 }, { outcome: 'transient', httpStatus: 503, retryAfterS: 9 }, 0],
    ['a bad key', { bad_key: true }, { outcome: 'account', failureCode: 'credentials', httpStatus: 401, retryAfterS: null }, 0],
    ['no credits', { out_of_credits: true }, { outcome: 'account', failureCode: 'out_of_credits', retryAfterS: null }, 0],
    ['a reset', { rate_reset: 1 }, { outcome: 'unknown', failureCode: 'outcome_unknown', httpStatus: null }, 0],
  ])('%s', async (_name, faults, expected, arrived) => {
    expect(await send(faults)).toMatchObject(expected);
    expect(sandbox.messages().data).toHaveLength(arrived);
  });

  it('an invalid recipient is permanent', async () => {
    const failureCode = channel === 'email' ? 'invalid_address' : 'invalid_number';
    expect(await send({ rate_invalid: 1 })).toMatchObject({ outcome: 'permanent', failureCode, httpStatus: 400 });
  });

  it('no answer before the deadline is unknown, whether the message exists or not', async () => {
    const unknown = { outcome: 'unknown', failureCode: 'outcome_unknown', httpStatus: null };
    expect(await send({ rate_timeout: 1 }, () => hasty)).toMatchObject(unknown);
    expect(sandbox.stats()).toMatchObject({ requests: 1, accepted: 0, unanswered: 1 });
    expect(await send({ rate_timeout_accepted: 1 }, () => hasty)).toMatchObject(unknown);
    expect(sandbox.stats()).toMatchObject({ requests: 2, accepted: 1 });
  });

  it('an acceptance whose answer is cut off is an acceptance', async () => {
    expect(await send({ rate_cut: 1 })).toMatchObject({ outcome: 'accepted', httpStatus: status });
    expect(sandbox.stats()).toMatchObject({ requests: 1, accepted: 1 });
  });

  it('a stop by the caller is unknown once written, and harmless before', async () => {
    sandbox.setFaults({ [channel]: { rate_timeout: 1 } });
    const stopping = new AbortController();
    const provider = providers[channel] as Provider;
    const running = provider.send(message(), stopping.signal);
    await expect.poll(() => sandbox.stats().requests, waiting).toBe(1);
    stopping.abort();
    expect(await running).toMatchObject({ outcome: 'unknown' });
    expect(await provider.send(message(), stopping.signal)).toMatchObject({
      outcome: 'transient',
      failureCode: 'connection',
      httpStatus: null,
    });
    expect(sandbox.stats().requests).toBe(1);
  });

  it('keeps hundreds of calls at once apart', async () => {
    sandbox.setFaults({ [channel]: { rate_429: 0.3, rate_invalid: 0.2, latency_ms: 5 } });
    const provider = providers[channel] as Provider;
    const messages: OutgoingMessage[] = Array.from({ length: 400 }, message);
    const results = await Promise.all(messages.map((one) => provider.send(one, new AbortController().signal)));
    const accepted = messages.filter((_, index) => results[index]?.outcome === 'accepted').map((one) => one.recipientId);
    const arrived = sandbox.messages({ limit: 1000 }).data.map((one) => one.recipient_id);
    expect(arrived.sort()).toEqual(accepted.sort());
    expect(accepted.length).toBeGreaterThan(100);
    expect(accepted.length).toBeLessThan(300);
  });

  it('shows no key, address or number in anything that it says', async () => {
    const strict = await startSandbox({ credentials: { sendgridApiKey: 'SG.other', twilioAuthToken: 'other' } });
    const refused = providersAt(strict.url);
    const results = [await (refused[channel] as Provider).send(message())];
    for (const faults of [{ rate_429: 1 }, { rate_500: 1 }, { rate_invalid: 1 }, { bad_key: true }, { rate_reset: 1 }])
      results.push(await send(faults));
    await Promise.all([refused.close(), strict.stop()]);
    const said = JSON.stringify(results);
    expect(said).toContain('"account"');
    for (const secret of [sandboxSendgridApiKey, sandboxTwilioAuthToken, 'Basic ', 'Bearer ', 'ann@', '555014'])
      expect(said).not.toContain(secret);
  });
});

describe('Twilio’s numbers', () => {
  it.each([
    ['+19075550101', 'permanent', 'invalid_number', '21211'],
    ['+19075550102', 'permanent', 'not_allowed', '21612'],
    ['+19075550103', 'permanent', 'not_allowed', '21408'],
    ['+19075550104', 'permanent', 'opted_out', '21610'],
    ['+19075550105', 'permanent', 'invalid_number', '21614'],
    ['+19075550111', 'transient', 'rate_limited', '20429'],
    ['+19075550121', 'transient', 'provider_error', '20500'],
    ['+19075550133', 'unknown', 'outcome_unknown', null],
    ['+15005550004', 'permanent', 'opted_out', '21610'],
  ])('%s is %s, %s', async (number, outcome, failureCode, providerCode) => {
    expect(await providers.sms?.send(smsTo(number))).toMatchObject({ outcome, failureCode, providerCode });
  });

  it.each(['+12125551234', '+447700900123', '24680'])('sends from no number that is another’s: %s', async (from) => {
    expect(await providers.sms?.send(smsTo('+12025550143', { from }))).toMatchObject({
      outcome: 'account',
      failureCode: 'configuration',
      providerCode: '21606',
    });
    expect(sandbox.messages().data).toEqual([]);
  });

  it('asks for a look-up after a server error, since the message may exist', async () => {
    expect(await providers.sms?.send(smsTo('+19075550122'))).toMatchObject({ outcome: 'transient', lookUpFirst: true });
  });
});
