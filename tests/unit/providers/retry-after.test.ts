import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxRetryAfterS, retryAfterSeconds } from '#app/providers/retry-after.ts';

const now = Date.UTC(2026, 4, 4, 12, 0, 0);

describe('retryAfterSeconds', () => {
  it.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': ' 7 ' }, 7],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.2' }, 2],
    [{ 'retry-after': ['3', '9'] }, 3],
    [{ 'retry-after': '86400' }, 900],
    [{ 'retry-after': 'Mon, 04 May 2026 12:00:30 GMT' }, 30],
    [{ 'retry-after': 'Monday, 04-May-26 12:00:30 GMT' }, 30],
    [{ 'retry-after': 'Mon May  4 12:00:30 2026' }, 30],
    [{ 'retry-after': 'Mon, 04 May 2026 11:00:00 GMT' }, 0],
    [{ 'x-ratelimit-reset': String(now / 1000 + 45) }, 45],
    [{ 'x-ratelimit-reset': String(now / 1000 - 45) }, 0],
    [{ 'retry-after': '5', 'x-ratelimit-reset': String(now / 1000 + 45) }, 5],
    [{ 'retry-after': 'soon', 'x-ratelimit-reset': String(now / 1000 + 45) }, 45],
    [{ 'x-ratelimit-reset': '60' }, null],
    [{ 'retry-after': '-1' }, null],
    [{ 'retry-after': '5x' }, null],
    [{ 'retry-after': '' }, null],
    [{}, null],
  ])('reads %j as %j', (headers, seconds) => {
    expect(retryAfterSeconds(headers, now)).toBe(seconds);
  });

  it('measures points in time by the provider’s clock, not by ours', () => {
    const date = new Date(now - 3_600_000).toUTCString();
    const inTenSeconds = new Date(now - 3_600_000 + 10_000).toUTCString();
    expect(retryAfterSeconds({ date, 'retry-after': inTenSeconds }, now)).toBe(10);
  });

  it('is null or a whole number from 0 to 900, whatever a provider writes', () => {
    const header = fc.option(
      fc.oneof(
        fc.string(),
        fc.integer().map(String),
        fc.double().map(String),
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(header, header, header, fc.integer({ min: 0, max: 4e12 }), (retryAfter, reset, date, at) => {
        const seconds = retryAfterSeconds({ 'retry-after': retryAfter, 'x-ratelimit-reset': reset, date }, at);
        if (seconds === null) return;
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(maxRetryAfterS);
      }),
    );
  });

  it('is never earlier than the date or the reset that was told', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxRetryAfterS - 1 }), fc.integer({ min: 0, max: 999 }), (ahead, ms) => {
        const at = now + ms;
        const told = now / 1000 + ahead;
        for (const headers of [{ 'retry-after': new Date(told * 1000).toUTCString() }, { 'x-ratelimit-reset': String(told) }]) {
          expect(at / 1000 + (retryAfterSeconds(headers, at) as number)).toBeGreaterThanOrEqual(told);
        }
      }),
    );
  });
});
