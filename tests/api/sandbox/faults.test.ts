import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '#app/providers/provider.ts';
import type { Providers } from '#app/providers/providers.server.ts';
import { type Sandbox, startSandbox } from '#sandbox/index.ts';
import { emailTo, providersAt, smsTo } from '#tests/support/providers.ts';

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

const outcomes = async (provider: Provider | null, messages: Parameters<Provider['send']>[0][]) => {
  const all: string[] = [];
  for (const message of messages) all.push((await provider?.send(message))?.outcome ?? 'none');
  return all;
};

function call(path: string, method = 'GET', body?: unknown): Promise<Response> {
  return fetch(sandbox.url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

describe('an address’s own script', () => {
  it('counts per recipient and round', async () => {
    const ann = emailTo('ann+429x2@example.com');
    expect(await outcomes(providers.email, [ann, ann, ann])).toEqual(['transient', 'transient', 'accepted']);
    const again = { ...ann, round: 1 };
    expect(await outcomes(providers.email, [again, again, again])).toEqual(['transient', 'transient', 'accepted']);
    const bob = { ...ann, recipientId: ann.recipientId + 1_000_000 };
    expect(await outcomes(providers.email, [bob])).toEqual(['transient']);
  });

  it('goes through its words one after another', async () => {
    const ann = emailTo('ann+429x1+500x2@example.com');
    const statuses: (number | null)[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await providers.email?.send(ann))?.httpStatus ?? null);
    expect(statuses).toEqual([429, 500, 500, 202]);
  });

  it.each([
    ['ann+500@example.com', ['transient', 'transient', 'transient', 'transient']],
    ['ann+invalid@example.com', ['permanent', 'permanent']],
    ['ann+timeout@example.com', ['unknown']],
    ['ann+timeoutx1@example.com', ['unknown', 'accepted']],
    ['ann+bounce@example.com', ['accepted']],
    ['ann+newsletter@example.com', ['accepted']],
    ['ann+500ml@example.com', ['accepted']],
  ])('%s', async (address, expected) => {
    const message = emailTo(address);
    expect(
      await outcomes(
        address.includes('timeout') ? hasty.email : providers.email,
        expected.map(() => message),
      ),
    ).toEqual(expected);
  });

  it('goes before the rates', async () => {
    sandbox.setFaults({ email: { rate_500: 1 } });
    const ann = emailTo('ann+429x1@example.com');
    expect(await outcomes(providers.email, [ann, ann, emailTo('bob@example.com')])).toEqual(['transient', 'accepted', 'transient']);
  });

  it('is a fixed number’s for text messages', async () => {
    const message = smsTo('+19075550112');
    expect(await outcomes(providers.sms, [message, message, message])).toEqual(['transient', 'transient', 'accepted']);
  });
});

describe('what the sandbox knows', () => {
  it('names everybody who got one round twice, and nobody else', async () => {
    const ann = emailTo('ann+timeoutaccepted@example.com');
    const bob = emailTo('bob@example.com');
    expect(await outcomes(hasty.email, [ann, ann])).toEqual(['unknown', 'unknown']);
    expect(await outcomes(providers.email, [bob, { ...bob, round: 1 }])).toEqual(['accepted', 'accepted']);
    expect(sandbox.stats()).toMatchObject({
      requests: 4,
      accepted: 4,
      refused: 0,
      doubled: [{ campaign_id: 7, recipient_id: ann.recipientId, round: 0, accepted: 2 }],
    });
  });

  it('shows what arrived, by address and page by page', async () => {
    for (const to of ['ann@example.com', 'bob@example.com', 'ann@example.com']) await providers.email?.send(emailTo(to));
    const first = await (await call('/sandbox/messages?limit=2')).json();
    expect(first.data).toHaveLength(2);
    expect(first.data[0]).toMatchObject({
      to: 'ann@example.com',
      channel: 'email',
      campaign_id: 7,
      round: 0,
      content: { subject: 'Opening hours', html: '<p>We are open.</p>' },
    });
    const second = await (await call(`/sandbox/messages?cursor=${first.next_cursor}`)).json();
    expect(second).toMatchObject({ data: [{ to: 'ann@example.com' }], next_cursor: null });
    expect((await (await call('/sandbox/messages?to=bob%40example.com')).json()).data).toHaveLength(1);
  });

  it('forgets when asked, scripts included', async () => {
    const ann = emailTo('ann+429x1@example.com');
    expect(await outcomes(providers.email, [ann, ann])).toEqual(['transient', 'accepted']);
    expect((await call('/sandbox/messages', 'DELETE')).status).toBe(204);
    expect(await (await call('/sandbox/stats')).json()).toMatchObject({ requests: 0, accepted: 0, refused: 0, doubled: [] });
    expect((await (await call('/sandbox/messages')).json()).data).toEqual([]);
    expect(await outcomes(providers.email, [ann])).toEqual(['transient']);
  });
});

describe('PUT /sandbox/faults', () => {
  it('replaces all of them', async () => {
    expect((await call('/sandbox/faults', 'PUT', { email: { rate_500: 0.5 }, sms: { down: true } })).status).toBe(200);
    expect((await call('/sandbox/faults', 'PUT', { email: { rate_429: 0.25 } })).status).toBe(200);
    expect(await (await call('/sandbox/faults')).json()).toMatchObject({
      email: { rate_429: 0.25, rate_500: 0 },
      sms: { down: false, events: 'on' },
    });
  });

  it.each<[unknown, string]>([
    [{ email: { rate_429: 2 } }, 'email.rate_429'],
    [{ email: { rate_430: 1 } }, 'email'],
    [{ email: { rate_429: 0.6, rate_500: 0.6 } }, 'email'],
    [{ sms: { events: 'sometimes' } }, 'sms.events'],
    [[], ''],
  ])('refuses %j, names the field and changes nothing', async (faults, path) => {
    sandbox.setFaults({ email: { latency_ms: 1 } });
    const response = await call('/sandbox/faults', 'PUT', faults);
    expect(response.status).toBe(400);
    expect((await response.json()).errors[0].path).toBe(path);
    expect(await (await call('/sandbox/faults')).json()).toMatchObject({ email: { latency_ms: 1 } });
  });

  it('draws the same fates for the same seed', async () => {
    const draw = async (seed: number) => {
      const seeded = await startSandbox({ seed, faults: { email: { rate_500: 0.5 } } });
      const own = providersAt(seeded.url);
      const drawn = await outcomes(
        own.email,
        Array.from({ length: 40 }, () => emailTo('ann@example.com')),
      );
      await own.close();
      await seeded.stop();
      return drawn;
    };
    const first = await draw(5);
    expect(await draw(5)).toEqual(first);
    expect(await draw(6)).not.toEqual(first);
  });
});

it('tells strangers’ pages nothing', async () => {
  const { request } = await import('undici');
  const { statusCode, body } = await request(`${sandbox.url}/sandbox/messages`, { headers: { host: 'evil.test' } });
  await body.dump();
  expect(statusCode).toBe(403);
});
