import { describe, expect, test } from 'vitest';
import { bounceIsFinal } from '#app/providers/bounces.ts';
import { sendGridEvent, unknownEventName } from '#app/providers/sendgrid-events.ts';
import { sendGridJson } from '#tests/support/events.ts';

const eve = { campaignId: 4, recipientId: 6, attemptId: 8, address: 'eve@shop.test' };
const none = { type: 'bounce', status: null, reason: null, classification: null };

describe('a bounce', () => {
  test.each([
    ['5.1.1', '550 5.1.1 User unknown in virtual mailbox table'],
    ['5.1.10', '550 5.1.10 RESOLVER.ADR.RecipientNotFound'],
    ['5.1.2', '550 5.1.2 Host unknown'],
    ['5.2.1', '550 5.2.1 This mailbox is disabled'],
    ['5.4.1', '550 5.4.1 Recipient address rejected: Access denied'],
    ['5.0.0', '554 delivery error: This user doesn’t have an account here'],
    ['5.5.0', '550 5.5.0 Requested action not taken: mailbox unavailable'],
    ['5.7.1', '550 5.7.1 No such user here'],
    ['', '550 No such user'],
    ['5.4.4', '550 5.4.4 Invalid domain'],
    ['', '550 Utilisateur inconnu'],
    ['5.0.0', '550 Postfach existiert nicht'],
    ['', ''],
  ])('ends the address for good: %s %s', (status, reason) => expect(bounceIsFinal({ ...none, status, reason })).toBe(true));

  test.each([
    ['4.2.2', '452 4.2.2 The mailbox is over its storage limit'],
    ['5.2.2', '552 5.2.2 Mailbox full'],
    ['4.4.1', 'connection timed out'],
    ['4.7.1', '450 4.7.1 Greylisted, come again'],
    ['5.4.7', '550 5.4.7 Delivery expired (message too old)'],
    ['5.7.1', '550 5.7.1 Messages from this address are on our block list (S3150)'],
    ['5.7.26', '550 5.7.26 Unauthenticated email is not accepted due to DMARC policy'],
    ['5.3.4', '552 5.3.4 Message too big for the system'],
    ['5.6.0', '554 5.6.0 Content refused'],
    ['5.1.8', '501 5.1.8 Sender domain must exist'],
    ['5.0.0', '554 Message refused because of the reputation of your server'],
    ['', '421 Try again later'],
    ['', '552 Requested mail action aborted: exceeded storage allocation'],
    ['', 'unable to get mx info: failed to get IPs'],
    ['5.1.1', '550 5.1.1 user over quota'],
    ['5.1.1', '550 5.1.1 Greylisted, please come back'],
    ['5.2.1', '550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more'],
    ['5.2.1', '550 5.2.1 Mailbox temporarily disabled'],
    ['5.2.0', '550 5.2.0 STOREDRV.Deliver; delivery result banner'],
    ['5.0.0', '421 RP-001 The server is busy'],
    ['5.7.1', '554 5.7.1 Sender address rejected: Access denied'],
    ['', '550 Sender verify failed'],
    ['', '554 All mail servers must have a PTR record'],
    ['', '550 La boîte est pleine'],
    ['', '552 buzón lleno'],
    ['', '550 Kein Speicherplatz'],
  ])('passes: %s %s', (status, reason) => expect(bounceIsFinal({ ...none, status, reason })).toBe(false));

  test.each(['blocked', 'BLOCKED', 'Block', 'soft'])('of type %s passes, whatever it says', (type) =>
    expect(bounceIsFinal({ ...none, type, status: '5.1.1', reason: '550 5.1.1 no such user' })).toBe(false),
  );
  test.each(['Reputation', 'Content', 'Frequency or Volume Too High', 'Technical Failure'])('of the class %s passes', (classification) =>
    expect(bounceIsFinal({ ...none, classification })).toBe(false),
  );
});

describe('an event that must not be lost', () => {
  const read = (event: string, more: Record<string, unknown> = {}) => sendGridEvent(sendGridJson(eve, event, more));
  const lost = { rollcall_campaign: undefined, rollcall_recipient: undefined, rollcall_attempt: undefined };

  test.each([
    ['without our ids', 'spamreport', lost, 'complaint'],
    ['without our ids', 'bounce', { ...lost, type: 'bounce' }, 'hard_bounce'],
    ['without any id', 'unsubscribe', { ...lost, sg_message_id: '', sg_event_id: undefined }, 'unsubscribe'],
    ['without ids and time', 'group_unsubscribe', { ...lost, sg_message_id: undefined, timestamp: undefined }, 'unsubscribe'],
    ['in capitals', 'SPAMREPORT', {}, 'complaint'],
    ['with blanks', ' Spam Report ', {}, 'complaint'],
    ['with hyphens', 'group-unsubscribe', {}, 'unsubscribe'],
    ['named otherwise', 'Unsubscribed', {}, 'unsubscribe'],
    ['in a list', ['bounce'] as never, { type: ['bounce'], email: ['eve@shop.test'] }, 'hard_bounce'],
    ['with numbers for ids', 'bounce', { type: 'bounce', rollcall_recipient: 6, rollcall_attempt: 8, rollcall_campaign: 4 }, 'hard_bounce'],
    ['with a time in text', 'unsubscribe', { timestamp: '1700000000' }, 'unsubscribe'],
    ['with an endless event id', 'spamreport', { sg_event_id: 'y'.repeat(900) }, 'complaint'],
    ['as an abuse report', 'abuse', {}, 'complaint'],
    ['as spam', 'spam', lost, 'complaint'],
    ['under a longer name', 'one_click_unsubscribe', {}, 'unsubscribe'],
    ['under a longer name', 'unsubscribe_group', lost, 'unsubscribe'],
    ['with a name before the address', 'spamreport', { ...lost, sg_message_id: undefined, email: 'Eve <eve@shop.test>' }, 'complaint'],
    ['with a link for an address', 'spamreport', { ...lost, email: 'mailto:eve@shop.test' }, 'complaint'],
    ['dropped as invalid before', 'dropped', { reason: 'Invalid' }, 'hard_bounce'],
    ['dropped for an earlier bounce', 'Dropped', { reason: 'bounced address' }, 'hard_bounce'],
    ['dropped for an earlier complaint', 'dropped', { reason: 'Spam Reporting Address' }, 'complaint'],
    ['dropped for an earlier wish', 'dropped', { reason: ['Unsubscribed Address'] }, 'unsubscribe'],
  ])('is read %s: %s', (_, event, more, suppress) => {
    const told = read(event, more);
    expect(told).toMatchObject({ suppress, address: 'eve@shop.test' });
    expect(told?.eventId).toBeTruthy();
    expect(read(event, { ...more, timestamp: 1 })?.eventId).toBeTruthy();
  });

  test('names its message as SendGrid’s answer did, whatever was added to the id since', () => {
    expect(read('bounce', { sg_message_id: 'kq9mZ2xW.recvd-1.0' })?.messageIds).toEqual([
      'kq9mZ2xW',
      'kq9mZ2xW.recvd-1',
      'kq9mZ2xW.recvd-1.0',
    ]);
  });

  test('and names nobody is none', () => {
    expect(read('bounce', { ...lost, email: undefined, sg_message_id: undefined })).toBeNull();
  });

  test.each([
    ['deep_archived', 'deep_archived'],
    ['', ''],
    ['open', null],
    ['Click', null],
    ['bounce', null],
    ['spam-complaints', null],
  ])('of a name that is not known is told to the log: %j', (event, name) => expect(unknownEventName({ event })).toBe(name));

  test.each(['open', 'click', 'account_status_change', 'toString', 'constructor', ''])('is none of these: %s', (event) =>
    expect(read(event, lost)).toBeNull(),
  );
});
