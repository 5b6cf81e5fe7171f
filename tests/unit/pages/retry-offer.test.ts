import { describe, expect, test } from 'vitest';
import { retryOffer } from '#app/components/retry/retry-offer.ts';

const failedAt = Date.parse('2026-03-01T12:00:00Z');
const DAY_MS = 86_400_000;
const campaign = {
  status: 'PARTIALLY_SENT',
  pending: 0,
  suppressed: 0,
  unknown_policy: 'hold',
  retries_left: 2,
  retry_count: 1,
  max_retries: 3,
  failed_at: new Date(failedAt).toISOString(),
  retry_until: new Date(failedAt + DAY_MS).toISOString(),
} as const;
const reasons = [
  { code: 'provider_error', count: 188 },
  { code: 'invalid_address', count: 14 },
];
const offer = (change: object = {}, why = reasons, now = failedAt + 1) => retryOffer({ ...campaign, ...change }, why, now, String);

describe('the button that leads to a retry', () => {
  test('says how many it sends to and how often it may', () => {
    expect(offer()).toEqual({
      label: 'Retry 188 failed',
      left: '(2 rounds left)',
      worthwhile: true,
      closed: null,
      until: campaign.retry_until,
    });
    expect(offer({ retries_left: 1, retry_count: 2 })).toMatchObject({ left: '(1 round left)' });
  });

  test.each([
    [{ pending: 3200 }, [], 'Send to 3200 who still wait'],
    [{ pending: 12 }, reasons, 'Retry 200 recipients'],
    [{}, reasons.slice(1), 'Choose who to retry'],
  ])('names whom it sends to: %o', (change, why, label) => {
    expect(offer(change, why)?.label).toBe(label);
  });

  test('is not there where there is nothing to retry', () => {
    expect(offer({}, [])).toBeNull();
    for (const status of ['SENDING', 'PAUSED', 'SENT', 'CANCELLED', 'SCHEDULED']) expect(offer({ status })).toBeNull();
  });

  test('stays when it is closed, and says what to do instead', () => {
    expect(offer({}, reasons, failedAt + DAY_MS)?.closed).toBeNull();
    expect(offer({}, reasons, failedAt + DAY_MS + 1)?.closed).toBe(
      'A campaign can be retried for 24 hours after it failed. Clone it to send to those who were not reached.',
    );
    expect(offer({ retries_left: 0, retry_count: 3 })?.closed).toBe(
      'This campaign has used all 3 retry rounds. Clone it to send to those who were not reached.',
    );
    expect(offer({ retries_left: 0, retry_count: 0, max_retries: 0 })?.closed).toMatch(/no retry rounds/);
  });
});
