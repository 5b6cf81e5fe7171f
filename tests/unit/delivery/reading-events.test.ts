import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sendGridEvent } from '#app/providers/sendgrid-events.ts';
import { twilioOptMessage, twilioStatus } from '#app/providers/twilio-events.ts';
import { sendGridJson } from '#tests/support/events.ts';

const ann = { campaignId: 3, recipientId: 5, attemptId: 9, address: 'ann@example.com' };

describe('an event of SendGrid', () => {
  test.each([
    ['processed', {}, 'processed', null, null],
    ['deferred', {}, 'deferred', 'deferred', null],
    ['delivered', {}, 'delivered', 'delivered', null],
    ['bounce', { type: 'bounce' }, 'bounced', 'bounced', 'hard_bounce'],
    ['bounce', { type: 'blocked' }, 'blocked', 'bounced', null],
    ['dropped', { reason: 'Bounced Address' }, 'dropped', 'undelivered', 'hard_bounce'],
    ['dropped', { reason: 'Spam Reporting Address' }, 'dropped', 'undelivered', 'complaint'],
    ['dropped', { reason: 'Unsubscribed Address' }, 'dropped', 'undelivered', 'unsubscribe'],
    ['dropped', { reason: 'Spam Content' }, 'dropped', 'undelivered', null],
    ['spamreport', {}, 'complained', 'complained', 'complaint'],
    ['unsubscribe', {}, 'unsubscribed', null, 'unsubscribe'],
    ['group_unsubscribe', {}, 'unsubscribed', null, 'unsubscribe'],
    ['group_resubscribe', {}, 'resubscribed', null, null],
  ])('%s %j', (event, more, kind, delivery, suppress) => {
    expect(sendGridEvent(sendGridJson(ann, event, more))).toMatchObject({ recipientId: 5, attemptId: 9, kind, delivery, suppress });
  });

  test('keeps the provider’s words without addresses', () => {
    const event = sendGridEvent(
      sendGridJson(ann, 'bounce', { type: 'bounce', status: '5.1.1', reason: '550 5.1.1 <ann@example.com>:\n\u0000 unknown' }),
    );
    expect(event).toMatchObject({ code: '5.1.1', reason: '550 5.1.1 <[address]>: unknown' });
  });

  test.each([
    ['an opening', sendGridJson(ann, 'open')],
    ['somebody else’s mail', sendGridJson(ann, 'delivered', { rollcall_recipient: undefined })],
    ['an id that is none', sendGridJson(ann, 'delivered', { rollcall_recipient: '1; drop table' })],
    ['an id beyond all numbers', sendGridJson(ann, 'delivered', { rollcall_attempt: '9'.repeat(30) })],
    ['an id as a number', sendGridJson(ann, 'delivered', { rollcall_attempt: 9 })],
    ['a test’s recipient', sendGridJson({ ...ann, recipientId: -9 }, 'delivered')],
    ['no event id', sendGridJson(ann, 'delivered', { sg_event_id: undefined })],
    ['an endless event id', sendGridJson(ann, 'delivered', { sg_event_id: 'x'.repeat(1_000) })],
    ['a name out of the prototype', sendGridJson(ann, 'constructor')],
  ])('is left out where it is %s', (_, json) => {
    expect(sendGridEvent(json)).toBeNull();
  });

  test('may be anything at all without doing harm', () => {
    fc.assert(
      fc.property(fc.anything(), (json) => {
        expect(() => sendGridEvent(json)).not.toThrow();
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(sendGridJson(ann, 'bounce')), 'type', 'reason'), fc.anything()), (more) => {
        expect(() => sendGridEvent(sendGridJson(ann, 'bounce', more))).not.toThrow();
      }),
    );
  });

  test.each([1_700_000_000, '1700000000', ' 1700000000 ', 1_700_000_000_000, '1700000000000'])('happened when it says: %j', (timestamp) => {
    expect(sendGridEvent(sendGridJson(ann, 'delivered', { timestamp }))).toMatchObject({ occurredAtMs: 1_700_000_000_000 });
  });

  test.each([0, -1, 1e15, Number.NaN, 'yesterday', null])('with an unbelievable time %j happened when it came', (timestamp) => {
    expect(sendGridEvent(sendGridJson(ann, 'delivered', { timestamp }))).toMatchObject({ occurredAtMs: null });
  });
});

describe('a status of Twilio', () => {
  const sid = `SM${'0'.repeat(32)}`;
  const query = new URLSearchParams('attempt=9&recipient=5&campaign=3&round=0');
  const status = (fields: Record<string, string>) =>
    twilioStatus(new URLSearchParams({ MessageSid: sid, To: '+12015550123', ...fields }), query);

  test.each([
    ['30007', 'carrier_rejected'],
    ['30005', 'invalid_number'],
    ['21610', 'opted_out'],
    ['30002', 'account_suspended'],
    ['12345', 'unreachable'],
    ['', 'unreachable'],
  ])('that it did not arrive says why: %s', (ErrorCode, failureCode) => {
    expect(status({ MessageStatus: 'undelivered', ErrorCode })).toMatchObject({
      delivery: 'undelivered',
      failureCode,
      eventId: `${sid}:undelivered`,
    });
  });

  test('that says nothing about delivery is left out', () => {
    for (const MessageStatus of ['read', 'canceled', 'toString', '']) expect(status({ MessageStatus })).toBeNull();
    expect(status({ MessageStatus: 'queued' })).toMatchObject({ kind: 'processed', delivery: null });
    expect(twilioStatus(new URLSearchParams({ MessageSid: sid, MessageStatus: 'sent' }), new URLSearchParams('attempt=x'))).toBeNull();
  });
});

describe('an answer of a person', () => {
  const answer = (Body: string, more = {}) =>
    twilioOptMessage(new URLSearchParams({ MessageSid: `SM${'1'.repeat(32)}`, From: '+12015550123', Body, ...more }))?.wants;

  test.each([
    ['STOP', 'stop'],
    [' stop\n', 'stop'],
    ['Unsubscribe', 'stop'],
    ['start', 'start'],
    ['please stop', 'stop'],
    ['Thanks!', undefined],
    ['', undefined],
  ])('%j', (body, wants) => expect(answer(body)).toBe(wants));

  test('in the account’s own words is what Twilio took it for', () => {
    expect(answer('ARRET', { OptOutType: 'STOP' })).toBe('stop');
    expect(answer('INFO', { OptOutType: 'HELP' })).toBeUndefined();
    expect(answer('stop please', { OptOutType: 'HELP' })).toBe('stop');
  });

  test('by another way of the same sender ends text messages, and does not begin them', () => {
    expect(answer('STOP', { From: 'whatsapp:+12015550123' })).toBe('stop');
    expect(answer('START', { From: 'whatsapp:+12015550123' })).toBeUndefined();
    expect(answer('STOP', { From: 'rcs:+12015550123' })).toBe('stop');
    expect(answer('START', { From: 'rcs:+12015550123' })).toBe('start');
    expect(answer('STOP', { From: 'messenger:12015550123' })).toBeUndefined();
  });
});
