import { describe, expect, test } from 'vitest';
import { barTitle, minuteBars } from '#app/components/campaign/minutes.ts';
import { niceTop } from '#app/components/charts/nice-top.ts';
import type { ActivityKind } from '#app/domain/campaigns/activity.ts';
import { sendingTime } from '#app/domain/campaigns/sending-time.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 1, 12, 0, seconds)).toISOString();
const one = (seconds: number, accepted = 1) => ({ minute: at(seconds), accepted, failed: 0, transient: 0 });

describe('the bars of a campaign', () => {
  test.each([
    ['nothing was tried', [], 60, 0, 60],
    ['only the account was refused', [one(0, 0), one(60, 0)], 60, 0, 60],
    ['one minute', [one(0)], 60, 1, 60],
    ['a quiet minute between two', [one(0), one(120)], 60, 3, 60],
    ['40 seconds', [one(3), one(42)], 1, 40, 1],
    ['100 seconds', [one(0), one(99)], 1, 50, 2],
    ['an hour', [one(0), one(59 * 60)], 60, 60, 60],
    ['an hour and a minute', [one(0), one(60 * 60)], 60, 31, 120],
    ['a day', [one(0), one(1439 * 60)], 60, 48, 1800],
  ])('%s', (_, minutes, unit, count, perBar) => {
    const { bars, ...rest } = minuteBars(minutes, unit);
    expect(bars).toHaveLength(count);
    expect(rest.perBar).toBe(perBar);
    expect(bars.reduce((sum, bar) => sum + bar.sent, 0)).toBe(minutes.reduce((sum, { accepted }) => sum + accepted, 0));
    // The last bar is the last attempt's: none stands for a time to come.
    if (count > 0) expect(bars.at(-1)?.sent).toBeGreaterThan(0);
  });

  test.each([
    [1, 'Per second'],
    [5, 'Per 5 seconds'],
    [60, 'Per minute'],
    [1800, 'Per 30 minutes'],
    [3600, 'Per hour'],
  ])('%i s a bar', (perBar, title) => expect(barTitle(perBar)).toBe(title));

  test.each([
    [0, 2],
    [1, 2],
    [3, 4],
    [7, 8],
    [9, 10],
    [61, 80],
    [1240, 2000],
    [10_000, 10_000],
  ])('the axis of at most %i ends at %i', (most, top) => expect(niceTop(most)).toBe(top));
});

describe('the time spent sending', () => {
  const life = (...events: [ActivityKind, number][]) => events.map(([kind, s]) => ({ kind, at: new Date(at(s)) }));
  const now = Date.parse(at(10_000));
  test.each([
    ['never started', life(), null],
    ['at it', life(['started', 9_990]), 10],
    ['one round', life(['started', 0], ['ended', 180]), 180],
    ['a pause', life(['started', 0], ['paused', 10], ['resumed', 3_600], ['ended', 3_605]), 15],
    ['paused now', life(['started', 0], ['paused', 10]), 10],
    ['a retry after half an hour', life(['started', 0], ['ended', 120], ['retried', 2_160], ['ended', 2_220]), 180],
    ['a single recipient much later', life(['started', 0], ['ended', 120], ['reopened', 2_700], ['ended', 2_705]), 120],
    ['cancelled while paused', life(['started', 0], ['paused', 30], ['cancelled', 500]), 30],
    ['cancelled before the start', life(['cancelled', 5]), null],
  ])('%s', (_, events, seconds) => expect(sendingTime(events, now)).toBe(seconds === null ? null : seconds * 1_000));
});
