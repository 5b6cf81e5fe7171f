import { describe, expect, test } from 'vitest';
import { absoluteText, clockText, relativeText } from '#app/components/times.ts';

const now = Date.UTC(2025, 10, 22, 14, 0, 0);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

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
  ])('%# reads as people would say it', (at, text) => {
    expect(relativeText(at, now, 'en-GB')).toBe(text);
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
