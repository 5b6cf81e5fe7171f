import { Temporal } from 'temporal-polyfill';
import type { FieldError } from '../problem.ts';

/** ISO 8601 as RFC 3339 writes it, or without separators: date, hours, minutes, seconds, offset. */
const written =
  /^(?<year>\d{4})(?:-\d{2}-\d{2}|\d{4})[Tt ](?<hour>\d{2})(?::?\d{2}(?::?(?<second>\d{2})(?:[.,]\d{1,9})?)?)?(?<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * The instant that a person meant. A time with an offset ("2026-03-29T09:00:00+02:00", "...Z") is that instant; one without is wall time in
 * `timeZone` (IANA). A zone in brackets behind it (RFC 9557: "...+02:00[Europe/Berlin]") is the time's own: it must agree with the offset,
 * and stands in place of `timeZone`, which may name another one only where an offset says which instant is meant. In the hour that a clock
 * change skips there is no such time; in the one that it repeats, the earlier is meant.
 *
 * @returns ms since 1970, or what is wrong, for the field it is wrong in
 */
export function sendTime(at: string, timeZone: string | null | undefined): number | FieldError {
  if (timeZone && !isTimeZone(timeZone)) return { path: 'time_zone', message: noZone(timeZone) };
  const [, text = '', brackets = ''] = /^([^[\]]*)((?:\[[^[\]]*\])*)$/.exec(at.trim().replace('\u2212', '-')) ?? [];
  const { year, hour, second, offset } = written.exec(text)?.groups ?? {};
  if (!year || Number(year) < 1970 || second === '60') return notATime;
  if (hour === '24') return { path: 'scheduled_at', message: 'A day ends at 23:59. Write 24:00 as 00:00 of the next day.' };
  const own = ownZone(brackets);
  if (typeof own === 'object' && own !== null) return own;

  try {
    if (offset) {
      const instant = Temporal.Instant.from(text);
      // "Z" says that the local offset is not known, so it cannot disagree.
      if (
        own &&
        offset.toUpperCase() !== 'Z' &&
        offsetOf(instant, own) !== Temporal.PlainDateTime.from(`1970-01-01T00:00`).toZonedDateTime(offset).offset
      ) {
        return { path: 'scheduled_at', message: `The offset ${offset} is not the one of ${own} at that time. Leave one of the two out.` };
      }
      return instant.epochMilliseconds < YEAR_10000 ? instant.epochMilliseconds : notATime;
    }
    if (own && timeZone && !sameZone(own, timeZone)) {
      return { path: 'time_zone', message: `The time names ${own}, but the time zone is ${timeZone}. Leave one of the two out.` };
    }
    const zone = own ?? timeZone;
    if (!zone) return { path: 'time_zone', message: 'Name the time zone of this time, such as Europe/Berlin, or give the time an offset.' };
    const wall = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    const zoned = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
    if (zoned.toPlainDateTime().equals(wall)) return zoned.epochMilliseconds < YEAR_10000 ? zoned.epochMilliseconds : notATime;
  } catch {
    return notATime;
  }
  return {
    path: 'scheduled_at',
    message: 'This time does not exist in that time zone: the clocks are put forward over it. Choose a time an hour later.',
  };
}

/** The zone in a time's brackets, null where there is none. What else stands there says how to show it, but what is marked with "!" must be understood. */
function ownZone(brackets: string): string | null | FieldError {
  let zone: string | null = null;
  for (const [, critical, text = ''] of brackets.matchAll(/\[(!?)([^\]]*)\]/g)) {
    if (text.includes('=')) {
      if (critical && !/^u-ca=(iso8601|gregory)$/.test(text))
        return { path: 'scheduled_at', message: `"[!${text}]" is not understood here. Leave it out.` };
    } else if (zone !== null || !isTimeZone(text)) {
      return { path: 'scheduled_at', message: noZone(text) };
    } else zone = text;
  }
  return zone;
}

function offsetOf(instant: Temporal.Instant, zone: string): string {
  return instant.toZonedDateTimeISO(zone).offset;
}

function sameZone(one: string, other: string): boolean {
  return Temporal.Instant.fromEpochMilliseconds(0)
    .toZonedDateTimeISO(one)
    .withTimeZone(other)
    .equals(Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(one));
}

function noZone(name: string): string {
  return AMBIGUOUS.test(name)
    ? `"${name}" is used for more than one time zone. Use a name such as America/New_York.`
    : `"${name}" is not a time zone. Use a name such as Europe/Berlin.`;
}

/** Does the wall time come twice, since the clocks are put back over it? Then the earlier is meant. False for what is no time. */
export function comesTwice(at: string, timeZone: string): boolean {
  try {
    const wall = Temporal.PlainDateTime.from(at);
    const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) => wall.toZonedDateTime(timeZone, { disambiguation }));
    return earlier !== undefined && later !== undefined && earlier.toPlainDateTime().equals(wall) && !earlier.equals(later);
  } catch {
    return false;
  }
}

/** ms; ISO 8601 writes years with four digits. */
const YEAR_10000 = 253_402_300_800_000;

const notATime: FieldError = { path: 'scheduled_at', message: 'This is not a time. Write it as 2026-03-29T09:00.' };

/** Letters that mean one thing to the zone database and, half of the year, another to who writes them. */
const AMBIGUOUS = /^(?:EST|MST|CST|PST|AST|IST|BST|SST|EDT|MDT|CDT|PDT)$/i;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return !/^[+-]/.test(name) && !AMBIGUOUS.test(name);
  } catch {
    return false;
  }
}
