import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listInbound } from '#app/domain/delivery/inbound-messages.server.ts';
import { recordEvents, recordMessage } from '#app/domain/delivery/record-events.server.ts';
import { retryRecipient } from '#app/domain/recipients/retry-recipient.server.ts';
import { addSuppression, forgetSandbox, removeSuppression } from '#app/domain/suppressions/change-suppressions.server.ts';
import { listSuppressions } from '#app/domain/suppressions/list-suppressions.server.ts';
import type { ProviderEvent } from '#app/providers/provider-event.ts';
import { sendGridEvent } from '#app/providers/sendgrid-events.ts';
import { draftCampaign } from '#tests/support/campaigns.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';
import { type Addressee, addressees, sendGridJson, sentCampaign, smsEvent } from '#tests/support/events.ts';
import { ana, type Sending, startSending } from '#tests/support/sending.ts';

let own: TestDatabase;
let sending: Sending;
beforeAll(async () => {
  own = await createTestDatabase();
  sending = await startSending(own);
});
afterAll(async () => {
  await sending.stop();
  await own.drop();
});

/** Really sent, so that the provider named the message. */
async function delivered(address: string, channel: 'email' | 'sms' = 'email'): Promise<Addressee & { messageId: string }> {
  const id = await draftCampaign(own.db, { addresses: [address], channel });
  await sending.send(id);
  await sending.untilEnded(id);
  const [to] = (await addressees(own.db, id)) as [Addressee];
  const { rows } = await own.db.pool.query('select provider_message_id from recipients where id = $1', [to.recipientId]);
  return { ...to, messageId: rows[0].provider_message_id };
}
const bare = { rollcall_campaign: undefined, rollcall_recipient: undefined, rollcall_attempt: undefined };
const lost = (address: string | undefined, event: string, more: Record<string, unknown>) =>
  sendGridEvent(
    sendGridJson({ campaignId: 1, recipientId: 1, attemptId: 1, address: '' }, event, { ...bare, email: address, ...more }),
  ) as ProviderEvent;
const reasons = async (address: string) =>
  (await listSuppressions(own.db, { q: address })).data.flatMap((row) => row.reasons.map(({ reason, source }) => `${reason} ${source}`));
const recipient = async (id: number) => (await own.db.pool.query('select * from recipients where id = $1', [id])).rows[0];
const counts = (recorded: number, ignored = 0) => ({ received: recorded + ignored, recorded, duplicates: 0, ignored });

describe('an event whose ids got lost', () => {
  test('finds its message by what the provider called it, with the address and without', async () => {
    const a = await delivered('byid@lost.test');
    const b = await delivered('noaddress@lost.test');
    const events = [
      lost('ById@Lost.test', 'bounce', { type: 'bounce', sg_message_id: `${a.messageId}.recvd-7.0` }),
      lost(undefined, 'spamreport', { sg_message_id: `${b.messageId}.recvd-8.0` }),
    ];
    expect(await recordEvents(own.db, events)).toEqual(counts(2));
    expect(await recipient(a.recipientId)).toMatchObject({ delivery: 'bounced', status: 'sent' });
    expect(await recipient(b.recipientId)).toMatchObject({ delivery: 'complained' });
    expect(await reasons('byid@lost.test')).toEqual(['hard_bounce sendgrid']);
    expect((await listSuppressions(own.db, { q: 'noaddress@lost.test' })).data).toMatchObject([
      { reason: 'complaint', campaign_id: b.campaignId },
    ]);
    expect(await recordEvents(own.db, events)).toMatchObject({ recorded: 0, duplicates: 2 });
  });

  test('still suppresses by the address alone: any complaint and wish, and bounces of those in the ledger', async () => {
    const a = await delivered('inledger@lost.test');
    const none = { sg_message_id: '', sg_event_id: undefined };
    const events = [
      lost('inledger@lost.test', 'bounce', { ...none, type: 'bounce' }),
      lost('stranger@lost.test', 'bounce', { ...none, type: 'bounce' }),
      lost('leaves@lost.test', 'Unsubscribe', none),
      lost('Angry One <angry@lost.test>', 'SPAMREPORT', { ...none, timestamp: undefined }),
      lost('not an address', 'spamreport', none),
    ];
    expect(await recordEvents(own.db, events)).toEqual(counts(3, 2));
    expect(await recipient(a.recipientId)).toMatchObject({ delivery: null });
    expect(await Promise.all(['inledger', 'stranger', 'leaves', 'angry'].map((name) => reasons(`${name}@lost.test`)))).toEqual([
      ['hard_bounce sendgrid'],
      [],
      ['unsubscribe sendgrid'],
      ['complaint sendgrid'],
    ]);
    expect(await recordEvents(own.db, events.slice(2, 4))).toMatchObject({ recorded: 0, duplicates: 2 });
  });

  test('with ids that lead to nobody is looked for as well', async () => {
    const a = await delivered('moved@lost.test');
    const event = sendGridEvent(
      sendGridJson({ ...a, recipientId: 999_999_999 }, 'unsubscribe', { sg_message_id: `${a.messageId}.x.0` }),
    ) as ProviderEvent;
    expect(await recordEvents(own.db, [event])).toEqual(counts(1));
    expect((await listSuppressions(own.db, { q: 'moved@lost.test' })).data).toMatchObject([{ campaign_id: a.campaignId }]);
  });

  test('does not cost the others where the database cannot take it', async () => {
    const people = await sentCampaign(own.db, ['one@poison.test', 'two@poison.test', 'three@poison.test']);
    const events = people.map((to) => sendGridEvent(sendGridJson(to, 'delivered')) as ProviderEvent);
    (events[1] as ProviderEvent).kind = 'nonsense' as never;
    expect(await recordEvents(own.db, events)).toEqual(counts(2, 1));
  });
});

describe('an event about an address that was corrected since', () => {
  test('means the address that its attempt was sent to, and a callback’s number means nobody', async () => {
    const a = await delivered('first+invalid@fixed.test');
    await retryRecipient(own.db, ana, a.campaignId, a.recipientId, { address: 'second@fixed.test', windowS: 86_400 });
    await sending.untilEnded(a.campaignId);
    await recordEvents(own.db, [sendGridEvent(sendGridJson(a, 'spamreport', { email: 'another@fixed.test' })) as ProviderEvent]);
    expect(await reasons('first+invalid@fixed.test')).toEqual(['complaint sendgrid']);
    expect(await reasons('second@fixed.test')).toEqual([]);
    expect(await reasons('another@fixed.test')).toEqual([]);

    const [b] = (await sentCampaign(own.db, ['+12015550611'], 'sms')) as [Addressee];
    await recordEvents(own.db, [{ ...smsEvent(b, 'failed', ['opted_out', 'STOP']), suppress: 'stop', address: '+12015550699' }]);
    expect(await reasons('+12015550611')).toEqual(['stop twilio']);
    expect(await reasons('+12015550699')).toEqual([]);
  });
});

describe('reasons', () => {
  let n = 0;
  const says = (wish: 'stop' | 'start' | null, from: string, fromSandbox = false) =>
    recordMessage(
      own.db,
      { sid: `SM${String(n++).padStart(32, '0')}`, from, to: '+15005550006', wish, body: wish ?? 'We must stop this' },
      fromSandbox,
    );

  test('of several sources stand beside each other, and START takes off only what STOP set', async () => {
    const number = '+12015550621';
    await addSuppression(own.db, ana, { channel: 'sms', address: number, reason: 'manual' });
    await addSuppression(own.db, ana, { channel: 'sms', address: number, reason: 'stop' });
    await says('stop', number);
    expect(await reasons(number)).toEqual(['stop twilio', 'stop person', 'manual person']);
    await says('start', number);
    expect(await reasons(number)).toEqual(['stop person', 'manual person']);
    await says('start', '+12015550622');
    await removeSuppression(own.db, { channel: 'sms', address: number });
    expect(await reasons(number)).toEqual([]);
  });

  test('an unsubscribe on a bounced address is stored, and a new subscription takes off that alone', async () => {
    const a = await delivered('both@reasons.test');
    const at = (event: string, timestamp: number, more = {}) =>
      sendGridEvent(sendGridJson(a, event, { timestamp, ...more })) as ProviderEvent;
    await recordEvents(own.db, [at('bounce', 1_700_000_100, { type: 'bounce' }), at('unsubscribe', 1_700_000_200)]);
    expect(await reasons('both@reasons.test')).toEqual(['hard_bounce sendgrid', 'unsubscribe sendgrid']);
    await recordEvents(own.db, [at('group_resubscribe', 1_700_000_300)]);
    expect(await reasons('both@reasons.test')).toEqual(['hard_bounce sendgrid']);
  });

  test('a new subscription of days to come does not undo who leaves until then', async () => {
    const a = await delivered('ahead@reasons.test');
    const now = Math.floor(Date.now() / 1_000);
    const at = (event: string, timestamp: number) => sendGridEvent(sendGridJson(a, event, { timestamp })) as ProviderEvent;
    await recordEvents(own.db, [at('group_resubscribe', now + 86_400 * 300)]);
    await recordEvents(own.db, [at('unsubscribe', now + 30)]);
    expect(await reasons('ahead@reasons.test')).toEqual(['unsubscribe sendgrid']);
    await recordEvents(own.db, [at('group_resubscribe', now + 50)]);
    expect(await reasons('ahead@reasons.test')).toEqual([]);
  });

  test('that the sandbox told end when a real provider comes, and no others', async () => {
    const [forged, real] = ['+12015550631', '+12015550632'];
    await says('stop', forged as string, true);
    await says('stop', real as string, true);
    await says('stop', real as string);
    await says('start', real as string, true);
    expect(await reasons(real as string)).toEqual(['stop twilio']);
    expect(await forgetSandbox(own.db)).toBe(1);
    expect([await reasons(forged as string), await reasons(real as string)]).toEqual([[], ['stop twilio']]);
    expect(await forgetSandbox(own.db)).toBe(0);
  });

  test('that come and go at the same time leave neither a lost reason nor an empty entry', async () => {
    const number = '+12015550641';
    await Promise.all(Array.from({ length: 40 }, (_, i) => says(i % 2 ? 'stop' : 'start', number)));
    await says('stop', number);
    expect(await reasons(number)).toEqual(['stop twilio']);
    const { rows } = await own.db.pool.query(
      'select count(*)::int as n from suppressions s where not exists (select from suppression_reasons r where r.suppression_id = s.id)',
    );
    expect(rows[0].n).toBe(0);
  });

  test('words that were not understood are kept for a person, once, with the campaign that sent last', async () => {
    const to = await delivered('+12015550651', 'sms');
    await says(null, to.address);
    n--;
    expect(await says(null, to.address)).toBe(false);
    const { data } = await listInbound(own.db, { sender: to.address });
    expect(data).toMatchObject([{ sender: to.address, body: 'We must stop this', campaign_id: to.campaignId, suppressed: false }]);
    expect(await reasons(to.address)).toEqual([]);
  });
});
