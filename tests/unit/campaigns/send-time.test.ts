import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sendTime } from '#app/domain/campaigns/send-time.ts';

const iso = (result: ReturnType<typeof sendTime>) => (typeof result === 'number' ? new Date(result).toISOString() : result.path);

describe('the time of sending', () => {
  test('is the instant that an offset names, whatever the zone', () => {
    expect(iso(sendTime('2026-03-29T09:00:00+02:00', 'America/New_York'))).toBe('2026-03-29T07:00:00.000Z');
    expect(iso(sendTime('2026-03-29T09:00:00Z', null))).toBe('2026-03-29T09:00:00.000Z');
  });

  test('is wall time in the zone, before and after the clocks change', () => {
    expect(iso(sendTime('2026-03-28T09:00', 'Europe/Berlin'))).toBe('2026-03-28T08:00:00.000Z');
    expect(iso(sendTime('2026-03-29T09:00', 'Europe/Berlin'))).toBe('2026-03-29T07:00:00.000Z');
  });

  test('does not exist in the hour that is skipped', () => {
    expect(sendTime('2026-03-29T02:30', 'Europe/Berlin')).toMatchObject({
      path: 'scheduled_at',
      message: expect.stringContaining('put forward'),
    });
  });

  test('is the earlier one in the hour that is repeated', () => {
    expect(iso(sendTime('2026-10-25T02:30', 'Europe/Berlin'))).toBe('2026-10-25T00:30:00.000Z');
  });

  test.each([
    ['2026-03-29T09:00', null, 'time_zone'],
    ['2026-03-29T09:00', 'Mars/Olympus', 'time_zone'],
    ['2026-02-30T09:00', 'Europe/Berlin', 'scheduled_at'],
    ['tomorrow', 'Europe/Berlin', 'scheduled_at'],
    ['2026-13-01T09:00Z', null, 'scheduled_at'],
  ])('%s in %s says what is wrong with %s', (at, zone, path) => {
    expect(sendTime(at, zone)).toMatchObject({ path });
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), fc.option(fc.string()), (at, zone) => void sendTime(at, zone)));
  });
});
