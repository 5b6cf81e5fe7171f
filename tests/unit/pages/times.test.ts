import { describe, expect, test } from 'vitest';
import { absoluteText, clockText, relativeText } from '#app/components/times.ts';

const now = Date.UTC(2025, 10, 22, 14, 0, 0);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('times', () => {
  test.each([
    [now, 'just now'],
    [now - 44 * SECOND, 'just now'],
    [now + 20 * SECOND, 'in a moment'],
    [now - 50 * SECOND, '1 minute ago'],
    [now - 40 * MINUTE, '40 minutes ago'],
    [now - 45 * MINUTE, '45 minutes ago'],
    [now - 59 * MINUTE, '59 minutes ago'],
    [now - 61 * MINUTE, '1 hour ago'],
    [now - 119 * MINUTE, '1 hour ago'],
    [now - 23 * HOUR, '23 hours ago'],
    [now + 45 * MINUTE, 'in 45 minutes'],
    [now - 24 * HOUR, 'yesterday'],
    [now + 48 * HOUR, 'in 2 days'],
    [now - 6 * DAY, '6 days ago'],
    [now - 13 * DAY, '1 week ago'],
    [now - 30 * DAY, '1 month ago'],
    [now - 89 * DAY, '2 months ago'],
    [now - 364 * DAY, '12 months ago'],
    [now - 365 * DAY, '1 year ago'],
  ])('%# reads as people would say it', (at, text) => {
    expect(relativeText(at, now, 'en-GB', 'UTC')).toBe(text);
  });

  // A key made for so many days says just that all day long, and a day less from the next midnight on.
  test.each([
    [5 * HOUR, 'UTC', 'in 5 hours'],
    [DAY - MINUTE, 'UTC', 'in 23 hours'],
    [DAY, 'UTC', 'tomorrow'],
    [DAY + 10 * HOUR - SECOND, 'UTC', 'tomorrow'],
    [DAY + 10 * HOUR, 'UTC', 'in 2 days'],
    [DAY + 10 * HOUR - SECOND, 'Europe/Berlin', 'in 2 days'],
    [7 * DAY, 'UTC', 'in 7 days'],
    [30 * DAY, 'UTC', 'in 30 days'],
    [30 * DAY - SECOND, 'UTC', 'in 30 days'],
    [30 * DAY - 14 * HOUR - SECOND, 'UTC', 'in 29 days'],
    [59 * DAY, 'UTC', 'in 59 days'],
    [90 * DAY - SECOND, 'UTC', 'in 90 days'],
    [365 * DAY, 'UTC', 'in 365 days'],
  ])('%# what ends after %i ms says in whole days when (%s)', (left, timeZone, text) => {
    expect(relativeText(now + left, now, 'en-GB', timeZone)).toBe(text);
  });

  test('a day of 25 hours is no day of none', () => {
    const midnight = Date.parse('2026-10-25T00:10:00+02:00');
    expect(relativeText(midnight + DAY, midnight, 'en-GB', 'Europe/Berlin')).toBe('tomorrow');
  });

  test('a clock time says its day where that is not today, in the reader’s zone', () => {
    expect(clockText(now - HOUR, now, 'en-GB', 'UTC')).toBe('13:00:00');
    expect(clockText(now - 14.5 * HOUR, now, 'en-GB', 'UTC')).toBe('21 Nov, 23:30:00');
    expect(clockText(now - 14.5 * HOUR, now, 'en-GB', 'Europe/Berlin')).toBe('00:30:00');
    expect(clockText(now - 365 * 24 * HOUR, now, 'en-GB', 'UTC')).toBe('22 Nov 2024, 14:00:00');
  });

  test.each([
    ['en-GB', '09:05:00'],
    ['de-DE', '09:05:00'],
    ['en-US', '9:05:00 AM'],
    ['en-IN', '9:05:00 am'],
  ])('a clock of 12 hours has no leading zero (%s)', (locale, text) => {
    expect(clockText(now - 4 * HOUR - 55 * MINUTE, now, locale, 'UTC').replace(/\u202f/g, ' ')).toBe(text);
  });

  test('the absolute time names its zone', () => {
    expect(absoluteText(now, 'en-GB', 'Europe/Berlin')).toMatch(/15:00:00 CET$/);
    expect(absoluteText(now, 'en-GB', 'UTC')).toMatch(/14:00:00 UTC$/);
  });
});
