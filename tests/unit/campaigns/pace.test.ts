import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addSample, hasPace, PACE_WINDOW_MS, type PaceSample, paceOf } from '#app/domain/campaigns/pace.ts';

function collect(samples: PaceSample[]): readonly PaceSample[] {
  return samples.reduce<readonly PaceSample[]>(addSample, []);
}

/** Ten samples a second of a campaign that sends `rate` messages a second. */
function steady(rate: number, seconds: number, total: number): PaceSample[] {
  return Array.from({ length: seconds * 10 + 1 }, (_, i) => {
    const sent = Math.min(total, Math.round((rate * i) / 10));
    return { at: i * 100, sent, open: total - sent };
  });
}

describe('the pace of a campaign', () => {
  test('is unknown until three seconds have passed: right after the start or a pause it would be any number', () => {
    expect(paceOf([], 0)).toBeNull();
    expect(paceOf(collect(steady(100, 3, 5000).slice(0, 29)), 2_900)).toBeNull();
    expect(paceOf(collect(steady(100, 3, 5000)), 3_000)?.perSecond).toBeCloseTo(100, -1);
  });

  test.each([
    ['SENDING', null, true],
    ['SENDING', 'Email is stopped in the settings.', false],
    ['PAUSED', null, false],
    ['SENT', null, false],
  ] as const)('of one that is %s and held by %j is told: %s', (status, hold_reason, told) => {
    expect(hasPace({ status, hold_reason })).toBe(told);
  });

  test('of a steady campaign is its rate, and the time left what that takes', () => {
    const pace = paceOf(collect(steady(500, 30, 100_000)), 30_000);
    expect(pace?.perSecond).toBeCloseTo(500, -1);
    expect(pace?.secondsLeft).toBeCloseTo(85_000 / 500, -1);
  });

  test('falls to nothing within the window when nothing arrives any more, and then promises no end', () => {
    const samples = collect(steady(500, 30, 100_000));
    expect(paceOf(samples, 35_000)?.perSecond).toBeCloseTo(250, -1);
    expect(paceOf(samples, 30_000 + PACE_WINDOW_MS)).toEqual({ perSecond: 0, secondsLeft: null });
  });

  test('at the end nothing is left', () => {
    expect(paceOf(collect(steady(500, 4, 1000)), 4000)?.secondsLeft).toBe(0);
  });

  test('a retry round, whose numbers begin anew, does not count as going backwards', () => {
    const samples = addSample(collect(steady(500, 10, 100_000)), { at: 10_100, sent: 10, open: 90 });
    expect(samples).toHaveLength(1);
  });

  test('keeps few samples, and never says less than nothing', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 3000 }),
      sent: fc.integer({ min: 0, max: 1000 }),
      opened: fc.integer({ min: 0, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
        let samples: readonly PaceSample[] = [];
        let sample: PaceSample = { at: 0, sent: 0, open: 1_000_000 };
        for (const { wait, sent, opened } of steps) {
          sample = { at: sample.at + wait, sent: sample.sent + sent, open: sample.open - sent + opened };
          samples = addSample(samples, sample);
          expect(samples.length).toBeLessThan(90);
          const pace = paceOf(samples, sample.at);
          if (!pace) continue;
          expect(pace.perSecond).toBeGreaterThanOrEqual(0);
          expect(pace.secondsLeft ?? 0).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(pace.perSecond)).toBe(true);
        }
      }),
    );
  });
});
