import { describe, expect, test } from 'vitest';
import { planOf, tomorrowAtNine } from '#app/components/schedule/plan.ts';
import { dayTimeText } from '#app/components/times.ts';

const now = Date.parse('2026-03-28T20:00:00Z');
const plan = (at: string, timeZone = 'Europe/Berlin') => planOf({ later: true, at, timeZone }, now);

describe('a plan', () => {
  test('is now until a time is asked for', () => {
    expect(planOf({ later: false, at: 'whatever', timeZone: 'Mars' }, now)).toEqual({ instant: null, error: null, twice: false });
  });

  test('is the instant of wall time in its zone', () => {
    expect(plan('2026-07-01T09:00')).toEqual({ instant: Date.parse('2026-07-01T07:00:00Z'), error: null, twice: false });
    expect(plan('2026-07-01T09:00', 'America/New_York').instant).toBe(Date.parse('2026-07-01T13:00:00Z'));
  });

  test.each([
    ['', /Enter a day/],
    ['2026-03-28T20:59', /has passed/],
    ['2026-03-29T02:30', /put forward/],
    ['2026-02-30T02:30', /not a time/],
  ])('of %s does not work', (at, why) => {
    expect(plan(at)).toMatchObject({ instant: null, error: { path: 'scheduled_at', message: expect.stringMatching(why) } });
  });

  test('tells of wall time that comes twice, and means the first', () => {
    expect(plan('2026-10-25T02:30')).toEqual({ instant: Date.parse('2026-10-25T00:30:00Z'), error: null, twice: true });
    expect(plan('2026-10-25T03:30')).toMatchObject({ twice: false });
    expect(plan('2026-10-25T02:30', 'UTC')).toMatchObject({ twice: false });
  });

  test('begins tomorrow at nine, where the reader is', () => {
    expect(tomorrowAtNine(now, 'Europe/Berlin')).toBe('2026-03-29T09:00');
    expect(tomorrowAtNine(now, 'Asia/Tokyo')).toBe('2026-03-30T09:00');
    // That day has 23 hours: a moment 24 hours later is two days on.
    expect(tomorrowAtNine(Date.parse('2026-03-28T22:30:00Z'), 'Europe/Berlin')).toBe('2026-03-29T09:00');
  });
});

test.each([
  ['2026-03-28T21:30:00Z', 'today 22:30'],
  ['2026-03-28T23:30:00Z', 'tomorrow 00:30'],
  ['2026-03-29T21:30:00Z', 'tomorrow 23:30'],
  ['2026-03-27T12:00:00Z', 'yesterday 13:00'],
  ['2026-04-02T12:00:00Z', '2 Apr 2026, 14:00'],
])('%s reads %s', (at, text) => {
  expect(dayTimeText(Date.parse(at), now, 'en-GB', 'Europe/Berlin')).toBe(text);
});
