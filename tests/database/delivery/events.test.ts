import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recogniseUnknown, recordEvents } from '#app/domain/delivery/record-events.server.ts';
import { commitOutcomes } from '#app/domain/sending/commit-outcomes.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import type { ProviderEvent } from '#app/providers/provider-event.ts';
import { sendGridEvent } from '#app/providers/sendgrid-events.ts';
import { claimRecipients } from '#db/ledger/claim.ts';
import { counterDrift, draftCampaign, numbered } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Addressee, addressees, sendGridJson, sentCampaign, smsEvent } from '#tests/support/events.ts';
import { type Sending, startSending } from '#tests/support/sending.ts';

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { SEND_TIMEOUT_MS: '3000' });
});
afterAll(async () => {
  expect(await counterDrift(own.db)).toEqual([]);
  await sending.stop();
  await own.drop();
});

const sent = (addresses: string[], channel: 'email' | 'sms' = 'email') => sentCampaign(own.db, addresses, channel);
const email = (to: Addressee, event: string, more: Record<string, unknown> = {}) =>
  sendGridEvent(sendGridJson(to, event, more)) as ProviderEvent;
const recipient = async ({ campaignId, recipientId }: Addressee) =>
  (await own.db.pool.query('select * from recipients where campaign_id = $1 and id = $2', [campaignId, recipientId])).rows[0];
const campaign = async (id: number) => (await own.db.pool.query('select * from campaigns where id = $1', [id])).rows[0];
const suppression = async (address: string) => (await listSuppressions(own.db, { q: address })).data[0]?.reason ?? null;

describe('events of email', () => {
  test('make recipients delivered, bounced and complained beside their status, and count', async () => {
    const [a, b, c, d] = (await sent(numbered(4, 'kinds.test'))) as [Addressee, Addressee, Addressee, Addressee];
    const events = [
      ...[a, b, c, d].map((to) => email(to, 'processed')),
      email(a, 'delivered', { timestamp: 1_700_000_000 }),
      email(b, 'bounce', { type: 'bounce', reason: '550 no such user' }),
      email(c, 'delivered'),
      email(c, 'spamreport'),
      email(d, 'deferred'),
    ];
    expect(await recordEvents(own.db, events)).toEqual({ received: 9, recorded: 9, duplicates: 0, ignored: 0 });
    expect(await recipient(a)).toMatchObject({ status: 'sent', delivery: 'delivered', delivered_at: new Date(1_700_000_000_000) });
    expect(await recipient(b)).toMatchObject({ status: 'sent', delivery: 'bounced', delivered_at: null });
    expect(await recipient(c)).toMatchObject({ status: 'sent', delivery: 'complained' });
    expect(await recipient(d)).toMatchObject({ status: 'sent', delivery: 'deferred' });
    expect(await campaign(a.campaignId)).toMatchObject({ status: 'SENT', sent: 4, delivered: 1, bounced: 1 });
    expect(await Promise.all([a, b, c, d].map(({ address }) => suppression(address)))).toEqual([null, 'hard_bounce', 'complaint', null]);

    const { version } = await campaign(a.campaignId);
    expect(await recordEvents(own.db, [...events, ...events])).toEqual({ received: 18, recorded: 0, duplicates: 18, ignored: 0 });
    expect((await campaign(a.campaignId)).version).toBe(version);
  });

  test('of nobody in the ledger are counted and otherwise ignored', async () => {
    const [a] = (await sent(['known@ids.test'])) as [Addressee];
    const strangers = [
      { ...a, recipientId: 999_999_999 },
      { ...a, campaignId: 999_999_999 },
    ];
    const report = await recordEvents(own.db, [...strangers.map((to) => email(to, 'delivered')), email(a, 'delivered')]);
    expect(report).toEqual({ received: 3, recorded: 1, duplicates: 0, ignored: 2 });
    expect(await recipient(a)).toMatchObject({ delivery: 'delivered' });
  });

  test.each(['email', 'sms'] as const)('of an attempt before the newest are logged and change nothing (%s)', async (channel) => {
    const id = await draftCampaign(own.db, { addresses: [channel === 'email' ? 'older@attempt.test' : '+12015553901'], channel });
    await own.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
    await own.db.pool.query(`update recipients set status = 'queued', dispatch_seq = 1 where campaign_id = $1`, [id]);
    const { recipientId } = (await addressees(own.db, id))[0] as Addressee;
    const next = async (ends: { outcome: 'transient' | 'accepted'; status: 'retrying' | 'sent' }): Promise<Addressee> => {
      const [claim] = await claimRecipients(own.db.pool, [{ campaign_id: id, recipient_id: recipientId, dispatch_seq: 1 }]);
      const to = { campaignId: id, recipientId, attemptId: claim?.attemptId as number, address: claim?.address as string };
      const failed = ends.status === 'retrying' ? { delayS: 60, failureCode: 'provider_error' } : { delayS: null, failureCode: null };
      await commitOutcomes(own.db, [
        {
          ...{ campaignId: id, recipientId, attemptId: to.attemptId, ...ends, ...failed, refund: false, reason: null, httpStatus: null },
          ...{ providerCode: null, retryAfterS: null, providerMessageId: null },
        },
      ]);
      return to;
    };
    const first = await next({ outcome: 'transient', status: 'retrying' });
    // Due for the test alone: its job is a minute away, or the worker would take it first.
    await own.db.pool.query('update recipients set next_attempt_at = now() where campaign_id = $1', [id]);
    const second = await next({ outcome: 'accepted', status: 'sent' });
    const before = await recipient(second);
    expect(before).toMatchObject({ status: 'sent', delivery: null, attempt_id: second.attemptId });
    expect(second.attemptId).toBeGreaterThan(first.attemptId);

    const late =
      channel === 'email' ? ['deferred', 'delivered', 'bounce'].map((event) => email(first, event)) : [smsEvent(first, 'undelivered')];
    expect(await recordEvents(own.db, late)).toMatchObject({ recorded: late.length });
    expect(await recipient(second)).toEqual(before);
    expect(await campaign(id)).toMatchObject({ status: 'SENT', sent: 1, failed: 0, delivered: 0, bounced: 0 });
    // The same ones about the newest do.
    await recordEvents(own.db, channel === 'email' ? [email(second, 'delivered')] : [smsEvent(second, 'undelivered')]);
    expect(await recipient(second)).toMatchObject({ delivery: channel === 'email' ? 'delivered' : 'undelivered' });
  });

  test('in a burst of 5,000 are all taken in', async () => {
    const people = await sent(numbered(2_500, 'burst.test'));
    const events = people.flatMap((to) => [email(to, 'processed'), email(to, 'delivered')]);
    expect(await recordEvents(own.db, events)).toEqual({ received: 5_000, recorded: 5_000, duplicates: 0, ignored: 0 });
    expect(await campaign((people[0] as Addressee).campaignId)).toMatchObject({ delivered: 2_500 });
  });

  test('that come in many requests at once neither deadlock nor get lost', async () => {
    const people = await sent(numbered(200, 'many.test'));
    const events = people.flatMap((to) => [email(to, 'processed'), email(to, 'delivered'), email(to, 'spamreport')]);
    const backwards = events.toReversed();
    const batches = Array.from({ length: 12 }, (_, n) =>
      (n % 2 === 0 ? events : backwards).filter((__, i) => i % 12 === n || i % 5 === n % 5),
    );
    const reports = await Promise.all(batches.map((batch) => recordEvents(own.db, batch)));
    expect(reports.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(events.length);
    const { rows } = await own.db.pool.query(`select count(*)::int as n from suppressions where address like '%@many.test'`);
    expect(rows[0].n).toBe(200);
  });
});

describe('the same events', () => {
  const stateOf = async (to: Addressee) => {
    const { status, delivery, delivered_at, failure_code, failure_reason } = await recipient(to);
    return { status, delivery, delivered_at, failure_code, failure_reason, suppressed: await suppression(to.address) };
  };

  /** Plays the story to one recipient in order, and to another in any order, with repetitions, in any batches. */
  async function compare(pair: [Addressee, Addressee], makers: ((to: Addressee) => ProviderEvent)[], order: number[], sizes: number[]) {
    const [straight, mixed] = pair;
    for (const make of makers) await recordEvents(own.db, [make(straight)]);
    const events = makers.map((make) => make(mixed));
    const played = [...order.map((n) => events[n % events.length] as ProviderEvent), ...events.toReversed()];
    for (let from = 0, turn = 0; from < played.length; turn++) {
      const size = sizes[turn % sizes.length] as number;
      await recordEvents(own.db, played.slice(from, from + size));
      from += size;
    }
    expect(await stateOf(mixed)).toEqual(await stateOf(straight));
  }

  test('of email end in the same state in any order and repetition', async () => {
    const people = await sent(numbered(80, 'orders.test'));
    const step = fc.record({
      event: fc.constantFrom('processed', 'deferred', 'delivered', 'bounce', 'dropped', 'spamreport', 'unsubscribe', 'group_resubscribe'),
      timestamp: fc.integer({ min: 1_700_000_000, max: 1_700_000_005 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 7 }),
        fc.array(fc.nat(20), { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        async (steps, order, sizes) => {
          const pair = people.splice(0, 2) as [Addressee, Addressee];
          await compare(
            pair,
            steps.map(
              ({ event, timestamp }) =>
                (to) =>
                  email(to, event, { timestamp, type: 'bounce' }),
            ),
            order,
            sizes,
          );
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });

  test('of texts end in the same state in any order and repetition', async () => {
    const people = await sent(
      Array.from({ length: 60 }, (_, n) => `+1201555${String(2_000 + n)}`),
      'sms',
    );
    const status = fc.constantFrom('sent', 'delivered', 'undelivered', 'failed');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(status, { minLength: 1 }),
        fc.array(fc.nat(20), { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        async (statuses, order, sizes) => {
          const pair = people.splice(0, 2) as [Addressee, Addressee];
          const failures: Record<string, [string, string]> = {
            failed: ['carrier_rejected', 'Blocked.'],
            undelivered: ['unreachable', 'Off.'],
          };
          // What tells itself when it arrives has no time of its own to compare.
          await compare(
            pair,
            statuses.map((one) => (to) => ({ ...smsEvent(to, one, failures[one]), occurredAtMs: 1_700_000_000_000 })),
            order,
            sizes,
          );
        },
      ),
      { numRuns: 30, endOnFailure: true },
    );
  });
});

describe('a text that the carrier gives back', () => {
  test('fails its recipient with the reason, and the ended campaign follows', async () => {
    const [a, b] = (await sent(['+12015553001', '+12015553002'], 'sms')) as [Addressee, Addressee];
    expect(await campaign(a.campaignId)).toMatchObject({ status: 'SENT', sent: 2 });
    await recordEvents(own.db, [smsEvent(a, 'undelivered', ['carrier_rejected', 'The carrier blocked it.']), smsEvent(b, 'delivered')]);
    expect(await recipient(a)).toMatchObject({
      status: 'failed',
      delivery: 'undelivered',
      failure_code: 'carrier_rejected',
      failure_reason: 'The carrier blocked it.',
      sent_at: null,
    });
    expect(await campaign(a.campaignId)).toMatchObject({
      status: 'PARTIALLY_SENT',
      sent: 1,
      failed: 1,
      delivered: 1,
      failure_code: 'recipients_failed',
    });
    const { rows } = await own.db.pool.query('select failure_code, recipients from campaign_failures where campaign_id = $1', [
      a.campaignId,
    ]);
    expect(rows).toEqual([{ failure_code: 'carrier_rejected', recipients: 1 }]);

    await recordEvents(own.db, [smsEvent(b, 'sent'), smsEvent(b, 'failed')]);
    expect(await recipient(b)).toMatchObject({ status: 'sent', delivery: 'delivered' });
  });
});

describe('an unknown outcome', () => {
  const unknown = async (address: string, channel: 'email' | 'sms' = 'email') => {
    const id = await draftCampaign(own.db, { addresses: [address], channel, unknownPolicy: 'hold' });
    await sending.send(id);
    await sending.untilEnded(id);
    const [to] = (await addressees(own.db, id)) as [Addressee];
    expect(await recipient(to)).toMatchObject({ status: 'unknown' });
    return to;
  };

  test.each(['processed', 'delivered', 'bounce'])('is sent as soon as an event shows that the provider has it: %s', async (event) => {
    const to = await unknown(`${event}+timeout@evidence.test`);
    await recordEvents(own.db, [email({ ...to, attemptId: to.attemptId + 1_000_000 }, event)]);
    expect(await recipient(to)).toMatchObject({ status: 'unknown' });
    await recordEvents(own.db, [email(to, event, { type: 'bounce' })]);
    expect(await recipient(to)).toMatchObject({
      status: 'sent',
      failure_code: null,
      delivery: { processed: null, delivered: 'delivered', bounce: 'bounced' }[event],
    });
    expect(await campaign(to.campaignId)).toMatchObject({ status: 'SENT', sent: 1, unknown: 0, held: 0, failed_at: null });
  });

  test('of a text that did not arrive is failed', async () => {
    const to = await unknown('+19075550131', 'sms');
    await recordEvents(own.db, [smsEvent(to, 'undelivered')]);
    expect(await recipient(to)).toMatchObject({ status: 'failed', failure_code: 'unreachable' });
    expect(await campaign(to.campaignId)).toMatchObject({ status: 'FAILED', failed: 1 });
  });
});

describe('an event that comes before the answer to the call', () => {
  /** A recipient whose call is under way. */
  async function calling(address: string, channel: 'email' | 'sms' = 'email'): Promise<Addressee> {
    const id = await draftCampaign(own.db, { addresses: [address], channel });
    await own.db.pool.query(`update campaigns set status = 'SENDING', doing = 'sending', started_at = now() where id = $1`, [id]);
    await own.db.pool.query(`update recipients set status = 'queued', dispatch_seq = 1 where campaign_id = $1`, [id]);
    const [found] = (await addressees(own.db, id)) as [Addressee];
    const [claim] = await claimRecipients(own.db.pool, [{ campaign_id: id, recipient_id: found.recipientId, dispatch_seq: 1 }]);
    return { ...found, attemptId: claim?.attemptId as number };
  }
  const answered = ({ campaignId, recipientId, attemptId }: Addressee, outcome: 'accepted' | 'unknown') =>
    commitOutcomes(own.db, [
      {
        ...{ campaignId, recipientId, attemptId, outcome, status: outcome === 'accepted' ? 'sent' : 'unknown', refund: false },
        ...{ delayS: outcome === 'accepted' ? null : 600, failureCode: outcome === 'accepted' ? null : 'timeout', reason: null },
        ...{ httpStatus: null, providerCode: null, retryAfterS: null, providerMessageId: null },
      },
    ]);

  test('leaves the status to the answer, and settles it where there is none', async () => {
    const to = await calling('early@answer.test');
    await recordEvents(own.db, [email(to, 'processed'), email(to, 'delivered')]);
    expect(await recipient(to)).toMatchObject({ status: 'sending', delivery: 'delivered' });
    await answered(to, 'unknown');
    expect(await recipient(to)).toMatchObject({ status: 'sent', delivery: 'delivered', failure_code: null, unknown_until: null });
    expect(await campaign(to.campaignId)).toMatchObject({ status: 'SENT', sent: 1, delivered: 1 });
    const { rows } = await own.db.pool.query('select outcome from attempts where campaign_id = $1', [to.campaignId]);
    expect(rows).toEqual([{ outcome: 'unknown' }]);
  });

  test('fails a text that the carrier gave back at once', async () => {
    const to = await calling('+12015553900', 'sms');
    await recordEvents(own.db, [smsEvent(to, 'undelivered', ['carrier_rejected', 'Blocked.'])]);
    expect(await recipient(to)).toMatchObject({ status: 'sending' });
    await answered(to, 'accepted');
    expect(await recipient(to)).toMatchObject({ status: 'failed', failure_code: 'carrier_rejected', failure_reason: 'Blocked.' });
    expect(await campaign(to.campaignId)).toMatchObject({ status: 'FAILED', failed: 1, sent: 0 });
  });

  test('is found when nobody ever committed the answer', async () => {
    const to = await calling('crashed@answer.test');
    await recordEvents(own.db, [email(to, 'processed')]);
    await own.db.pool.query(
      `update recipients set status = 'unknown', claimed_at = null, unknown_until = now() where campaign_id = $1 and id = $2`,
      [to.campaignId, to.recipientId],
    );
    expect(await recogniseUnknown(own.db)).toBe(1);
    expect(await recipient(to)).toMatchObject({ status: 'sent' });
  });
});

test('the log of events only grows', async () => {
  await expect(own.db.pool.query('delete from provider_events')).rejects.toThrow(/never changed or deleted/);
  await expect(own.db.pool.query(`update provider_events set kind = 'delivered'`)).rejects.toThrow(/never changed or deleted/);
});
