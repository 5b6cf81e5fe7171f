import { Temporal } from 'temporal-polyfill';
import type { FieldError } from '../problem.ts';

/**
 * The instant that a person meant. A time with an offset ("2026-03-29T09:00:00+02:00", "...Z") is that instant; one without is wall time
 * in `timeZone` (IANA). In the hour that a clock change skips there is no such time; in the one that it repeats, the earlier is meant.
 *
 * @returns ms since 1970, or what is wrong, for the field it is wrong in
 */
export function sendTime(at: string, timeZone: string | null | undefined): number | FieldError {
  if (timeZone && !isTimeZone(timeZone))
    return { path: 'time_zone', message: `"${timeZone}" is not a time zone. Use a name such as Europe/Berlin.` };
  if (/(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(at)) {
    try {
      return Temporal.Instant.from(at).epochMilliseconds;
    } catch {
      return notATime;
    }
  }
  if (!timeZone)
    return { path: 'time_zone', message: 'Name the time zone of this time, such as Europe/Berlin, or give the time an offset.' };
  let wall: Temporal.PlainDateTime;
  try {
    wall = Temporal.PlainDateTime.from(at, { overflow: 'reject' });
  } catch {
    return notATime;
  }
  const zoned = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (!zoned.toPlainDateTime().equals(wall)) {
    return {
      path: 'scheduled_at',
      message: 'This time does not exist in that time zone: the clocks are put forward over it. Choose a time an hour later.',
    };
  }
  return zoned.epochMilliseconds;
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

const notATime: FieldError = { path: 'scheduled_at', message: 'This is not a time. Write it as 2026-03-29T09:00.' };

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
