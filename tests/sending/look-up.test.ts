import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { getCampaign } from '#app/domain/campaigns/get-campaign.server.ts';
import { retryCampaign } from '#app/domain/campaigns/retry-campaign.server.ts';
import { resolveRecipient } from '#app/domain/recipients/resolve-recipient.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { createProviders } from '#app/providers/providers.server.ts';
import { counterDrift, draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { smsTo } from '#tests/support/providers.ts';
import { ana, attemptsOf, type Sending, startSending } from '#tests/support/sending.ts';

/** No provider events arrive in these tests: Twilio's message list is the only evidence. */

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own, { SEND_TIMEOUT_MS: '3000' });
});
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

const from = '+15005550006';
const arrivedFor = (to: string) => sending.sandbox.messages({ to }).data;
const outcomes = async (id: number, to: string) => (await attemptsOf(own, id, to)).map(({ outcome }) => outcome);
const recipient = async (id: number, to: string) =>
  (await own.db.pool.query('select * from recipients where campaign_id = $1 and address = $2', [id, to])).rows[0];
const evidenceOf = async (id: number) =>
  (await own.db.pool.query('select kind, reason from provider_events where campaign_id = $1', [id])).rows;

async function draft(addresses: string[], text: string, unknownPolicy: 'resend' | 'hold' = 'resend'): Promise<number> {
  return draftCampaign(own.db, { addresses, channel: 'sms', text, unknownPolicy });
}

/** The same text by another hand; its id at Twilio. */
async function postedByHand(to: string, text: string): Promise<string> {
  const providers = createProviders(sending.env);
  const result = await providers.sms?.send(smsTo(to, { from, text }));
  await providers.close();
  expect(result).toMatchObject({ outcome: 'accepted' });
  return (result as { providerMessageId: string }).providerMessageId;
}

describe('an SMS whose outcome stayed unknown', () => {
  test('is found at Twilio and not sent again', async () => {
    const id = await draft(['+19075550132', '+19075550134', '+12025550140'], 'Found or not?');
    await sending.send(id);
    expect(await sending.untilEnded(id)).toBe('SENT');
    for (const to of ['+19075550132', '+19075550134']) expect(arrivedFor(to)).toHaveLength(1);
    expect(await outcomes(id, '+19075550132')).toEqual(['unknown']);
    expect(await recipient(id, '+19075550132')).toMatchObject({ status: 'sent', provider_message_id: expect.stringMatching(/^SM/) });
    await vi.waitFor(async () =>
      expect(await evidenceOf(id)).toContainEqual({ kind: 'processed', reason: expect.stringContaining('not sent again') }),
    );
    expect((await sending.sandbox.stats()).doubled).toEqual([]);
    expect(await counterDrift(own.db)).toEqual([]);
  });

  test('is sent again where Twilio has none, also if another campaign’s same text is there', async () => {
    const to = '+12025550141';
    const text = 'The same in two campaigns.';
    const first = await draft([to], text);
    await sending.send(first);
    expect(await sending.untilEnded(first)).toBe('SENT');
    await sending.sandbox.setFaults({ sms: { rate_timeout: 1 } });
    const second = await draft([to], text);
    await sending.send(second);
    await vi.waitFor(async () => expect(await getCampaign(own.db, second)).toMatchObject({ unknown: 1 }), { timeout: 10_000 });
    await sending.sandbox.setFaults({});
    expect(await sending.untilEnded(second)).toBe('SENT');
    expect(await outcomes(second, to)).toEqual(['unknown', 'accepted']);
    expect(arrivedFor(to)).toHaveLength(2);
  });
});

describe('an SMS whose outcome stayed unknown, of a campaign that leaves such to a person', () => {
  test('is looked up first: the person decides only about what Twilio does not have', async () => {
    const [taken, lost] = ['+19075550132', '+19075550131'];
    const id = await draft([taken, lost, '+12025550147'], 'For a person?', 'hold');
    await sending.send(id);
    await vi.waitFor(async () => expect(await getCampaign(own.db, id)).toMatchObject({ status: 'PARTIALLY_SENT', sent: 2, unknown: 1 }), {
      timeout: 20_000,
    });
    expect(await recipient(id, taken)).toMatchObject({ status: 'sent', failure_code: null });
    expect(await recipient(id, lost)).toMatchObject({ status: 'unknown', unknown_until: null, failure_code: expect.any(String) });
    expect(await outcomes(id, lost)).toEqual(['unknown']);
    expect(await counterDrift(own.db)).toEqual([]);
  });
});

describe('a retry after a server error', () => {
  async function refusedOnce(to: string, text: string): Promise<number> {
    await sending.sandbox.setFaults({ sms: { rate_500: 1 } });
    const id = await draft([to], text);
    await sending.send(id);
    await vi.waitFor(async () => expect(await getCampaign(own.db, id)).toMatchObject({ retrying: 1 }), { timeout: 10_000 });
    await sending.sandbox.setFaults({});
    return id;
  }

  test('looks first, and takes what is there for sent', async () => {
    const to = '+12025550142';
    const id = await refusedOnce(to, 'Was it you?');
    const sid = await postedByHand(to, 'Was it you?');
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(arrivedFor(to)).toHaveLength(1);
    expect(await recipient(id, to)).toMatchObject({ status: 'sent', provider_message_id: sid });
    await vi.waitFor(async () => expect(await evidenceOf(id)).toHaveLength(1));
  });

  test('sends where two messages could be it, or the text is another', async () => {
    const [two, other] = ['+12025550143', '+12025550144'];
    const id = await refusedOnce(two, 'Twice?');
    await postedByHand(two, 'Twice?');
    await postedByHand(two, 'Twice?');
    expect(await sending.untilEnded(id)).toBe('SENT');
    expect(arrivedFor(two)).toHaveLength(3);
    const another = await refusedOnce(other, 'This one');
    await postedByHand(other, 'Another one');
    expect(await sending.untilEnded(another)).toBe('SENT');
    expect(await outcomes(another, other)).toEqual(['transient', 'accepted']);
    expect(arrivedFor(other)).toHaveLength(2);
    expect(await evidenceOf(another)).toEqual([]);
  });
});

describe('a retry round', () => {
  /** Unanswered in the first round and given up by a person; what Twilio has of it came later. */
  async function givenUp(to: string, text: string): Promise<number> {
    await sending.sandbox.setFaults({ sms: { rate_timeout: 1 } });
    const id = await draft([to], text, 'hold');
    await sending.send(id);
    await vi.waitFor(async () => expect(await recipient(id, to)).toMatchObject({ status: 'unknown', unknown_until: null }), {
      timeout: 20_000,
    });
    await sending.sandbox.setFaults({});
    await resolveRecipient(own.db, ana, id, (await recipient(id, to)).id, 'failed');
    return id;
  }
  const again = (id: number) => retryCampaign(own.db, ana, id, { codes: ['not_arrived'], windowS: 3_600 });

  test('looks at its first attempt for what the round before may have sent, and does not send twice', async () => {
    const to = '+12025550148';
    const id = await givenUp(to, 'Once in two rounds.');
    const sid = await postedByHand(to, 'Once in two rounds.');
    await again(id);
    await vi.waitFor(async () => expect(await recipient(id, to)).toMatchObject({ status: 'sent', round: 1, provider_message_id: sid }), {
      timeout: 10_000,
    });
    expect(await outcomes(id, to)).toEqual(['unknown', 'accepted']);
    expect(arrivedFor(to)).toHaveLength(1);
  });

  test('takes what went to a former number for somebody else’s', async () => {
    const [wrong, right] = ['+12025550150', '+12025550151'];
    const id = await givenUp(wrong, 'For the right one.');
    await postedByHand(right, 'For the right one.');
    const { id: recipientId } = await recipient(id, wrong);
    await retryRecipient(own.db, ana, id, recipientId, { address: right, windowS: 3_600 });
    await vi.waitFor(async () => expect(await recipient(id, right)).toMatchObject({ status: 'sent' }), { timeout: 10_000 });
    expect(arrivedFor(right)).toHaveLength(2);
  });
});

test('a message list that does not answer keeps unknown ones waiting', async () => {
  const providers = createProviders({ ...sending.env, twilioBaseUrl: 'http://127.0.0.1:9' });
  expect(await providers.sms?.find?.({ to: '+12025550145', from, text: 'x' }, 0)).toBeNull();
  await providers.close();
});
