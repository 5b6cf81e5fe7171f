import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { previewRetry, retryClosed } from '#app/domain/campaigns/retry-rules.ts';
import { failureTexts } from '#app/domain/failures.ts';

const limits = { retries_left: 2, retry_until: '2026-11-23T14:05:00.000Z' };

describe('the preview of a retry', () => {
  test('sends by default to what may pass and to those never tried, and leaves out the rest by name', () => {
    const preview = previewRetry(
      [
        { code: 'provider_error', count: 20 },
        { code: 'invalid_address', count: 3 },
      ],
      7,
      2,
      'hold',
      limits,
    );
    expect(preview).toEqual({
      retryable: 27,
      by_reason: [
        { code: 'provider_error', label: 'Provider had an error', count: 20, retry_by_default: true },
        { code: 'invalid_address', label: 'Address was refused', count: 3, retry_by_default: false },
        { code: 'not_tried', label: 'Not sent to yet', count: 7, retry_by_default: true },
      ],
      excluded: [
        { code: 'invalid_address', label: 'Address was refused', count: 3 },
        { code: 'suppressed', label: 'On the suppression list', count: 2 },
      ],
      ...limits,
    });
  });

  test('sends to who may have got the message only where the campaign’s policy says so', () => {
    const failures = [
      { code: 'timeout', count: 4 },
      { code: 'outcome_unknown', count: 13 },
    ];
    const of = (policy: 'hold' | 'resend') => previewRetry(failures, 0, 0, policy, limits);
    expect(of('hold')).toMatchObject({ retryable: 4, excluded: [{ code: 'outcome_unknown', count: 13 }] });
    expect(of('resend')).toMatchObject({ retryable: 17, excluded: [] });
  });

  test('accounts for everybody who failed', () => {
    const failures = fc.uniqueArray(fc.record({ code: fc.constantFrom(...Object.keys(failureTexts)), count: fc.nat(1_000_000) }), {
      selector: ({ code }) => code,
    });
    fc.assert(
      fc.property(failures, fc.nat(1_000), fc.constantFrom('hold' as const, 'resend' as const), (groups, notTried, policy) => {
        const { retryable, excluded } = previewRetry(groups, notTried, 0, policy, limits);
        const all = groups.reduce((sum, { count }) => sum + count, notTried);
        expect(retryable + excluded.reduce((sum, { count }) => sum + count, 0)).toBe(all);
      }),
    );
  });
});

describe('a retry is closed', () => {
  const failedAt = new Date('2026-11-22T14:05:00Z');
  const campaign = { status: 'PARTIALLY_SENT' as const, retry_count: 0, max_retries: 3, failed_at: failedAt };
  const secondsLater = (s: number) => new Date(failedAt.getTime() + s * 1_000);

  test('neither before 24 hours are over nor before three rounds are used', () => {
    expect(retryClosed({ ...campaign, retry_count: 2 }, secondsLater(86_400), 86_400)).toBeNull();
  });
  test('after the window, with what to do instead', () => {
    expect(retryClosed(campaign, secondsLater(86_401), 86_400)).toEqual({
      code: 'retry_window_over',
      message: expect.stringMatching(/24 hours.*Clone/),
    });
  });
  test('after the last round', () => {
    expect(retryClosed({ ...campaign, retry_count: 3 }, secondsLater(1), 86_400)).toMatchObject({ code: 'no_retries_left' });
  });
  test('in any other state', () => {
    expect(retryClosed({ ...campaign, status: 'SENT' }, secondsLater(1), 86_400)).toMatchObject({ code: 'conflict' });
  });
});
