import { describe, expect, test } from 'vitest';
import { type LeftOutReason, leftOutBy, statusKind } from '#app/domain/contacts/status-column.ts';

type Told = LeftOutReason | null | 'no status';

function told(header: string, value: string, channel: 'email' | 'sms' = 'email'): Told {
  const kind = statusKind(header, channel);
  return kind === null ? 'no status' : leftOutBy(kind, value);
}

describe('what a column says about writing to people', () => {
  test.each<[string, string, Told]>([
    ['status', 'Unsubscribed ', 'unsubscribed'],
    ['status', 'Opt-Out (web form)', 'unsubscribed'],
    ['status', 'Non-subscribed', 'unsubscribed'],
    ['Email Marketing', 'NOT_SUBSCRIBED', 'unsubscribed'],
    ['Email Marketing', 'PENDING', 'not confirmed'],
    ['Double opt-in', 'Unconfirmed', 'not confirmed'],
    ['Statut', 'Désabonné', 'unsubscribed'],
    ['Estado', 'dado de baja', 'unsubscribed'],
    ['Stato', 'Disiscritto', 'unsubscribed'],
    ['Статус', 'отписался', 'unsubscribed'],
    ['ステータス', '配信停止', 'unsubscribed'],
    ['상태', '수신거부', 'unsubscribed'],
    ['Zustand', 'abgemeldet', 'unsubscribed'],
    ['email_status', 'unsub', 'unsubscribed'],
    ['email_status', 'cleaned', 'bounced'],
    ['email_status', 'Hard bounce (5.1.1)', 'bounced'],
    ['Status', 'STOP', 'unsubscribed'],
    ['Status', 'Blacklist', 'blocked'],
    ['Status', 'archived', 'blocked'],
    ['Status', 'Abuse report', 'complained'],
    ['Status', 'active', null],
    ['subscribed', 'no', 'unsubscribed'],
    ['subscribed', '\u2717', 'unsubscribed'],
    ['subscribed', 'none', 'unsubscribed'],
    ['subscribed', 'yes', null],
    ['subscribed', '', null],
    ['consent', 'withdrawn', 'unsubscribed'],
    ['Einwilligung', 'widerrufen', 'unsubscribed'],
    ['Newsletter abonniert', 'Nein', 'unsubscribed'],
    ['Consenso', 'no', 'unsubscribed'],
    ['Подписан', 'нет', 'unsubscribed'],
    ['can_email', 'FALSE', 'unsubscribed'],
    ['email_valid', 'FALSE', 'unreachable'],
    ['opted_out', '1', 'unsubscribed'],
    ['opted_out', '\u2713', 'unsubscribed'],
    ['opted_out', 'no', null],
    ['Unsubscribed from all email', 'true', 'unsubscribed'],
    ['Unsubscribed from all email', '', null],
    ['Opted out of email: Product news', 'Yes', 'unsubscribed'],
    ['isUnsubscribed', 'true', 'unsubscribed'],
    ['Global Unsubscribe', 'false', null],
    ['EMAIL_BLACKLISTED', 'Yes', 'blocked'],
    ['Do not allow Emails', 'Do Not Allow', 'blocked'],
    ['Do not allow Emails', 'Allow', null],
    ['Werbesperre', 'ja', 'blocked'],
    ['deceased', '1', 'blocked'],
    ['unsubscribed_at', '2026-01-02', 'unsubscribed'],
    ['unsubscribed_at', '0000-00-00 00:00:00', null],
    ['unsubscribed', '[]', null],
    // Nothing about writing.
    ['unsubscribe_url', 'https://example.com/u/1', 'no status'],
    ['Unsubscribe link', 'https://example.com/u/1', 'no status'],
    ['bounce_count', '3', 'no status'],
    ['CLEAN_TIME', '2026-01-02', 'bounced'],
    ['Permission to Track', 'No', 'no status'],
    ['permissions', 'none', 'no status'],
    ['Postal opt-out', 'yes', 'no status'],
    ['subscription', 'none', null],
    ['subscription', 'no', 'unsubscribed'],
    ['Opt-in date', '', 'no status'],
    ['Order status', 'returned', null],
    ['Marital status', 'dead', null],
    ['State', 'NO', null],
  ])('%s: %s', (header, value, reason) => expect(told(header, value)).toBe(reason));

  test.each<[string, string, Told, Told]>([
    ['SMS_BLACKLISTED', 'Yes', 'no status', 'blocked'],
    ['Accepts SMS Marketing', 'no', 'no status', 'unsubscribed'],
    ['Accepts Email Marketing', 'no', 'unsubscribed', 'no status'],
    ['Email status', 'bounced', 'bounced', 'no status'],
    ['Do not call', '1', 'no status', 'blocked'],
    ['Do not contact', '1', 'blocked', 'blocked'],
    ['Do Not Text', 'yes', 'no status', 'blocked'],
    ['do_not_send_text', 'x', 'no status', 'blocked'],
    ['No texts', '1', 'no status', 'blocked'],
    ['Opted out of text', 'yes', 'no status', 'unsubscribed'],
    ['Unsubscribe text', 'Leave our list', 'no status', 'no status'],
    ['SMS and email consent', 'no', 'unsubscribed', 'unsubscribed'],
  ])('%s: %s counts for the channel that it names', (header, value, email, sms) => {
    expect([told(header, value), told(header, value, 'sms')]).toEqual([email, sms]);
  });
});
