import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import { findSubscription, unsubscribe } from '#app/domain/unsubscribe/unsubscribe.server.ts';
import { readUnsubscribeToken, unsubscribeToken } from '#app/domain/unsubscribe/unsubscribe-link.server.ts';
import { action, loader } from '#app/routes/u.$token.tsx';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';

let api: TestApi;
let sending: Sending;
beforeAll(async () => {
  api = await startApi();
  sending = await startSending(api, { BASE_URL: 'https://rollcall.example.com' });
});
afterAll(async () => {
  await sending.stop();
  await api.drop();
});

interface Answer {
  data: { kind: string; masked?: string; sender?: string };
  init: { status?: number } | null;
}
const get = (token: string) =>
  loader({ request: new Request('http://x/'), context: api.context, params: { token } }) as Promise<unknown> as Promise<Answer>;
const post = (token: string, body = 'List-Unsubscribe=One-Click') =>
  action({
    request: new Request('http://x/', { method: 'POST', body }),
    context: api.context,
    params: { token },
  }) as Promise<unknown> as Promise<Answer>;

describe('a token', () => {
  const id = fc.integer({ min: 1, max: 2 ** 53 - 1 });
  const ids = fc.record(
    { campaignId: id, recipientId: id, round: fc.integer({ min: 1, max: 46_655 }) },
    { requiredKeys: ['campaignId', 'recipientId'] },
  );

  test('leads back to its ids, and to nothing when one sign of it is another', () => {
    fc.assert(
      fc.property(
        ids,
        fc.constantFrom('email' as const, 'sms' as const),
        fc.nat(),
        fc.constantFrom(...'0aZ_-.'),
        (link, channel, at, sign) => {
          const token = unsubscribeToken('secret', link, channel);
          expect(readUnsubscribeToken('secret', token)).toEqual(link);
          expect(readUnsubscribeToken('other secret', token)).toBeNull();
          const position = at % token.length;
          if (token[position] === sign) return;
          expect(readUnsubscribeToken('secret', token.slice(0, position) + sign + token.slice(position + 1))).toBeNull();
        },
      ),
    );
  });

  // Signed by the version that is told of, and in people's mailboxes: whatever becomes of signing, these are read.
  test.each([
    ['the first version', '1z.4fr.BxeaNvjWn9dHoDko4c5Bcw', { campaignId: 71, recipientId: 5751 }],
    ['the first version, sent again', '1z.4fr.2.cPAXNhuCWRgSJFeMktPcHQ', { campaignId: 71, recipientId: 5751, round: 2 }],
    ['one block a link', '1z.4fr.2.fR9t_YSP5l0Ajz_x2eWYsg', { campaignId: 71, recipientId: 5751, round: 2 }],
  ])('of %s stays valid', (_version, token, link) => {
    expect(readUnsubscribeToken('a secret of long ago', token)).toEqual(link);
  });

  test('may be anything at all', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readUnsubscribeToken('secret', text)).toBeNull();
      }),
    );
  });
});

describe('a sent email', () => {
  interface Email {
    text: string;
    headers: Record<string, string>;
  }
  /** Sends one, and returns the token in its headers. */
  async function sentTo(address: string, text = 'Bye: {{ unsubscribe_url }}') {
    const id = await draftCampaign(api.db, { addresses: [address], text });
    await sending.send(id);
    await sending.untilEnded(id);
    const message = sending.sandbox.messages({ to: address }).data.at(-1)?.content as unknown as Email;
    return { id, message, token: /\/u\/([^>]+)>/.exec(message.headers['List-Unsubscribe'] ?? '')?.[1] as string };
  }

  test('carries the one-click headers, and the link where its text asks for it', async () => {
    const { message, token } = await sentTo('carries@link.test');
    expect(message.headers).toEqual({
      'List-Unsubscribe': `<https://rollcall.example.com/u/${token}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect(message.text).toBe(`Bye: https://rollcall.example.com/u/${token}`);
    expect(token).not.toMatch(/link|test/);
  });

  test('is unsubscribed from by one POST, once or often, and only by that', async () => {
    const { id, token } = await sentTo('ends@link.test');
    expect(await get(token)).toMatchObject({ data: { kind: 'ask', masked: 'e•••@link.test', sender: 'news@sender.test' } });
    expect((await listSuppressions(api.db, { q: 'ends@link' })).data).toEqual([]);

    const answers = await Promise.all([post(token), post(token), post(token, '')]);
    for (const { data, init } of answers) expect([data.kind, init?.status ?? 200]).toEqual(['done', 200]);
    expect((await listSuppressions(api.db, { q: 'Ends@Link.test' })).data).toMatchObject([
      { reason: 'unsubscribe', campaign_id: id, created_by: null },
    ]);
    expect(await get(token)).toMatchObject({ data: { kind: 'done' } });
    const { rows } = await api.db.pool.query('select kind, provider from provider_events where campaign_id = $1', [id]);
    expect(rows).toEqual([{ kind: 'unsubscribed', provider: 'rollcall' }]);

    const next = await draftCampaign(api.db, { addresses: ['ends@link.test', 'stays@link.test'] });
    await sending.send(next);
    await sending.untilEnded(next);
    const { rows: people } = await api.db.pool.query('select status from recipients where campaign_id = $1 order by id', [next]);
    expect(people).toEqual([{ status: 'suppressed' }, { status: 'sent' }]);
  });

  test('does not open another person’s subscription', async () => {
    const { token } = await sentTo('mine@link.test');
    const [campaign, recipient, signature] = token.split('.') as [string, string, string];
    const other = (Number.parseInt(recipient, 36) + 1).toString(36);
    for (const wrong of [`${campaign}.${other}.${signature}`, `${campaign}.${recipient}`, 'x', token.slice(0, -2)]) {
      expect(await post(wrong)).toMatchObject({ data: { kind: 'wrong' }, init: { status: 404 } });
    }
    const missing = { campaignId: 1, recipientId: 999_999 };
    const { rows } = await api.db.pool.query(`select value from app_secrets where name = 'unsubscribe'`);
    expect(await findSubscription(api.db, unsubscribeToken(rows[0].value, missing, 'email'))).toBeNull();
    await unsubscribe(api.db, missing);
    expect(await post('test')).toMatchObject({ data: { kind: 'test' } });
  });
});
