import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffS } from '#app/domain/sending/backoff.ts';
import { nextStep } from '#app/domain/sending/next-step.ts';
import type { Refused } from '#app/providers/provider.ts';

const refused = (outcome: Refused['outcome'], retryAfterS: number | null = null): Refused => ({
  outcome,
  failureCode: 'provider_error',
  httpStatus: 500,
  providerCode: null,
  reason: 'The provider had an error.',
  retryAfterS,
});

describe('backoff', () => {
  test('is 2, 4 and 8 s', () => {
    expect([1, 2, 3].map((retry) => backoffS(retry, null))).toEqual([2, 4, 8]);
  });

  test('is never shorter than the schedule or the wish of the provider, and never longer than 15 minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.option(fc.integer({ min: 0, max: 100_000 })), (retry, retryAfterS) => {
        const wait = backoffS(retry, retryAfterS);
        expect(wait).toBeGreaterThanOrEqual(2 ** retry);
        expect(wait).toBeGreaterThanOrEqual(Math.min(retryAfterS ?? 0, 900));
        expect(wait).toBeLessThanOrEqual(900);
      }),
    );
  });
});

describe('the next step', () => {
  test('retries a transient failure three times, then fails it', () => {
    const steps = [1, 2, 3, 4].map((number) => nextStep(refused('transient'), number, 30));
    expect(steps.map(({ status, delayS }) => [status, delayS])).toEqual([
      ['retrying', 2],
      ['retrying', 4],
      ['retrying', 8],
      ['failed', null],
    ]);
  });

  test('waits as long as the provider asks', () => {
    expect(nextStep(refused('transient', 17), 1, 30)).toMatchObject({ status: 'retrying', delayS: 17 });
  });

  test('gives back the attempt that an account-level refusal took', () => {
    expect(nextStep(refused('account'), 1, 30)).toEqual({ status: 'pending', delayS: null, refund: true });
  });

  test('waits for evidence of an unknown outcome, after the last attempt too', () => {
    expect(nextStep(refused('unknown'), 4, 30)).toMatchObject({ status: 'unknown', delayS: 30, refund: false });
  });
});
