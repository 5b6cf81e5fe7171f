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

  test.each<[string, string | null, string]>([
    ['2027-07-01T09:00:00+02:00[Europe/Berlin]', 'America/New_York', '2027-07-01T07:00:00.000Z'],
    ['2027-07-01T09:00:00+02:00[Europe/Berlin]', null, '2027-07-01T07:00:00.000Z'],
    ['2027-07-01T09:00:00[Europe/Berlin]', null, '2027-07-01T07:00:00.000Z'],
    ['2027-07-01T09:00:00[Europe/Berlin]', 'Europe/Berlin', '2027-07-01T07:00:00.000Z'],
    ['2027-07-01T09:00Z[Europe/Paris]', null, '2027-07-01T09:00:00.000Z'],
    ['2027-07-01T09:00+02:00[Europe/Berlin][u-ca=gregory]', null, '2027-07-01T07:00:00.000Z'],
    ['2027-07-01t09:00:00z', null, '2027-07-01T09:00:00.000Z'],
    ['2027-07-01 09:00:00+0200', null, '2027-07-01T07:00:00.000Z'],
    ['2027-07-01T09:00+02', null, '2027-07-01T07:00:00.000Z'],
    ['2027-07-01T09:00\u221204:00', null, '2027-07-01T13:00:00.000Z'],
    ['2027-07-01T09:00:00.250+05:45', null, '2027-07-01T03:15:00.250Z'],
    ['2027-07-01T09:00', 'US/Pacific', '2027-07-01T16:00:00.000Z'],
    ['2027-07-01T09:00', 'CET', '2027-07-01T07:00:00.000Z'],
    ['2027-10-31T02:30+01:00[Europe/Berlin]', null, '2027-10-31T01:30:00.000Z'],
  ])('%s in %s is %s', (at, zone, instant) => {
    expect(iso(sendTime(at, zone))).toBe(instant);
  });

  test.each<[string, string | null, string]>([
    ['2027-07-01T09:00-04:00[Europe/Berlin]', null, 'scheduled_at'],
    ['2027-07-01T09:00[Europe/Berlin]', 'America/New_York', 'time_zone'],
    ['2027-07-01T09:00+02:00[Mars/Olympus]', null, 'scheduled_at'],
    ['2027-07-01T09:00+02:00[Europe/Berlin][Europe/Berlin]', null, 'scheduled_at'],
    ['2027-07-01T09:00Z[!u-ca=hebrew]', null, 'scheduled_at'],
    ['2027-07-01T23:59:60Z', null, 'scheduled_at'],
    ['2027-07-01T24:00Z', null, 'scheduled_at'],
    ['2027-W26-4T09:00Z', null, 'scheduled_at'],
    ['2027-182T09:00Z', null, 'scheduled_at'],
    ['9999-12-31T23:59-12:00', null, 'scheduled_at'],
    ['9999-12-31T23:59', 'Etc/GMT+12', 'scheduled_at'],
    ['2027-07-01', 'Europe/Berlin', 'scheduled_at'],
    ['0000-07-01T09:00Z', null, 'scheduled_at'],
    ['+002027-07-01T09:00Z', null, 'scheduled_at'],
    ['2027-07-01T09:00', 'EST', 'time_zone'],
    ['2027-03-28T02:30[Europe/Berlin]', null, 'scheduled_at'],
  ])('%s in %s says what is wrong with %s', (at, zone, path) => {
    expect(sendTime(at, zone)).toMatchObject({ path });
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), fc.option(fc.string()), (at, zone) => void sendTime(at, zone)));
  });
});
