import { expect, test } from 'vitest';
import type { AlertType, NotificationJson } from '#app/domain/alerts/alert.ts';
import { notificationText } from '#app/domain/alerts/notification-text.ts';

const of = (type: AlertType, rest: Partial<NotificationJson>): NotificationJson => ({
  id: 1,
  type,
  at: '2026-01-01T00:00:00.000Z',
  read: false,
  campaign: null,
  provider: null,
  endpoint: null,
  approval: null,
  settled: false,
  ...rest,
});
const campaign = { id: 7, name: 'Spring launch', status: 'PARTIALLY_SENT', unreached: 188, people: 5000 } as const;
const endpoint = { id: 3, host: 'hooks.example.com', reason: 'The receiver answered with status 500.' };

test.each([
  [of('campaign.sent', { campaign: { ...campaign, status: 'SENT', unreached: 0 } }), 'Spring launch was sent', '/campaigns/7'],
  [
    of('campaign.sent', { campaign: { ...campaign, status: 'SENT', unreached: 0, people: 0 } }),
    'Spring launch was sent to nobody',
    '/campaigns/7',
  ],
  [of('campaign.failed', { campaign }), 'Spring launch failed', '/campaigns/7'],
  [of('campaign.partially_sent', { campaign }), 'Spring launch was partially sent', '/campaigns/7'],
  [of('campaign.retries_exhausted', { campaign }), 'Spring launch was partially sent, with no retry rounds left', '/campaigns/7'],
  [
    of('campaign.retries_exhausted', { campaign: { ...campaign, status: 'FAILED' } }),
    'Spring launch failed, with no retry rounds left',
    '/campaigns/7',
  ],
  [
    of('provider.degraded', { provider: { provider: 'twilio', channel: 'sms', reason: 'Twilio answers with errors.', until: null } }),
    'SMS needs your attention',
    '/',
  ],
  [of('campaign.partially_sent', { campaign, settled: true }), 'Spring launch reached everybody in the end', '/campaigns/7'],
  [of('approval.loosened', {}), 'Fewer campaigns wait for an approval than before', '/settings/approval'],
  [of('webhook.gave_up', { endpoint }), 'An alert did not reach hooks.example.com', '/settings/webhooks/3'],
  [of('webhook.disabled', { endpoint }), 'Alerts to hooks.example.com are switched off', '/settings/webhooks/3'],
])('says what happened and leads there (%#)', (notification, title, to) => {
  expect(notificationText(notification)).toMatchObject({ title, to, detail: expect.stringMatching(/\.$/) });
});

test('writes numbers as the reader does', () => {
  const german = new Intl.NumberFormat('de');
  expect(notificationText(of('campaign.failed', { campaign }), (value) => german.format(value)).detail).toContain('188 of 5.000');
});

test('a key that ends leads to the page of keys only those who may see it', () => {
  const ending = of('key.ending', { key: { id: 4, name: 'CRM', expires_at: '2026-02-01T00:00:00.000Z' } });
  expect(notificationText(ending)).toMatchObject({ to: '/settings/keys', detail: expect.stringMatching(/^Make another one/) });
  expect(notificationText(ending, String, false)).toMatchObject({ to: '/account', detail: expect.stringMatching(/^Ask an administrator/) });
});
