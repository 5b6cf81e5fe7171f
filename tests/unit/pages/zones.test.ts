import { describe, expect, test } from 'vitest';
import { wallTime } from '#app/components/schedule/plan.ts';
import { findZones, movedText, zoneLabel } from '#app/components/schedule/zones.ts';

const winter = Date.parse('2026-01-15T12:00Z');
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')].map((id) => ({ id, label: zoneLabel(id, winter) }));
const found = (search: string) => findZones(zones, search).map(({ id }) => id);

describe('a zone is found as people name it', () => {
  test.each([
    ['Pacific Time', 'America/Los_Angeles'],
    ['pacific', 'America/Los_Angeles'],
    ['EST', 'America/New_York'],
    ['et', 'America/New_York'],
    ['CET', 'Europe/Berlin'],
    ['cest', 'Europe/Paris'],
    ['MEZ', 'Europe/Berlin'],
    ['IST', 'Asia/Calcutta'],
    ['ist', 'Asia/Jerusalem'],
    ['BST', 'Europe/London'],
    ['GMT', 'Europe/London'],
    ['JST', 'Asia/Tokyo'],
    ['AEST', 'Australia/Sydney'],
    ['new york', 'America/New_York'],
    ['Sao Paulo', 'America/Sao_Paulo'],
    ['San Francisco', 'America/Los_Angeles'],
    ['munich', 'Europe/Berlin'],
    ['München', 'Europe/Berlin'],
    ['Mumbai', 'Asia/Calcutta'],
    ['beijing', 'Asia/Shanghai'],
    ['Tel Aviv', 'Asia/Jerusalem'],
    ['UTC+9', 'Asia/Tokyo'],
    ['+01:00', 'Europe/Berlin'],
    ['gmt-5', 'America/New_York'],
    ['UTC+5:30', 'Asia/Calcutta'],
    ['utc', 'UTC'],
    ['America/Chicago', 'America/Chicago'],
    ['New York time', 'America/New_York'],
    ['Pacific Standard Time (PST)', 'America/Los_Angeles'],
    ['EST5EDT', 'America/New_York'],
    ['Berlin time zone', 'Europe/Berlin'],
    ['Zulu', 'UTC'],
    ['CDMX', 'America/Mexico_City'],
  ])('%s', (search, zone) => {
    expect(found(search).slice(0, 40)).toContain(zone);
  });

  test.each([
    ['est', 'America/New_York'],
    ['pst', 'America/Los_Angeles'],
    ['cet', 'Europe/Berlin'],
    ['pacific time', 'America/Los_Angeles'],
    ['paris', 'Europe/Paris'],
    ['utc', 'UTC'],
  ])('%s first of all', (search, zone) => {
    expect(found(search)[0]).toBe(zone);
  });

  test('nothing is found for nonsense, all for nothing', () => {
    expect(found('atlantis city')).toEqual([]);
    expect(found('atlantis time')).toEqual([]);
    expect(found(' ')).toHaveLength(zones.length);
  });
});

test('the offset is that of the day', () => {
  expect(zoneLabel('Europe/Berlin', winter)).toBe('Europe/Berlin (UTC+1)');
  expect(zoneLabel('Europe/Berlin', Date.parse('2026-07-01T12:00Z'))).toBe('Europe/Berlin (UTC+2)');
  expect(zoneLabel('America/New_York', winter)).toBe('America/New York (UTC−5)');
  expect(zoneLabel('UTC', winter)).toBe('UTC');
});

test.each([
  [0, 'the same moment as before'],
  [6 * 60, '6 h later than before'],
  [-(3 * 60 + 30), '3 h 30 min earlier than before'],
  [25 * 60, '1 d 1 h later than before'],
])('%i minutes: %s', (minutes, text) => {
  expect(movedText(winter, winter + minutes * 60_000)).toBe(text);
});

test.each([
  ['2026-07-01T13:00:00Z', 'America/New_York', '2026-07-01T09:00'],
  ['2026-07-01T22:30:00Z', 'Europe/Berlin', '2026-07-02T00:30'],
  ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01T00:00'],
])('%s on the clocks of %s', (at, zone, wall) => {
  expect(wallTime(Date.parse(at), zone)).toBe(wall);
});
