/** Clocks of 12 hours have no leading zero ("9:00 AM"), those of 24 have one ("09:00"). */
function hourOf(locale: string): Intl.DateTimeFormatOptions {
  return { hour: new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 ? 'numeric' : '2-digit' };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes a hundred times as long as using it, and a live page formats hundreds of times a second. */
export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat(locale, { ...options, ...(options.hour && hourOf(locale)) });
  formats.set(key, format);
  return format;
}

/** In seconds. A month has 30 days. */
const [MINUTE, HOUR, DAY, WEEK, MONTH, YEAR] = [60, 3_600, 86_400, 604_800, 2_592_000, 31_536_000];

/**
 * "3 minutes ago", "in 5 hours", "tomorrow", "in 30 days", "just now" within 45 s. Both times in ms since 1970. From a day on it counts the
 * calendar's days where the reader is. What is to come is said in days however far it is: "next month" may be 30 days or 59.
 */
export function relativeText(at: number, now: number, locale: string, timeZone: string): string {
  const seconds = Math.round((at - now) / 1_000);
  const far = Math.abs(seconds);
  if (far < 45) return seconds > 5 ? 'in a moment' : 'just now';
  const say = (length: number, unit: Intl.RelativeTimeFormatUnit) =>
    // "1 week ago" is true of eight days, "last week" is not.
    new Intl.RelativeTimeFormat(locale.startsWith('en') ? locale : 'en', { numeric: unit === 'day' ? 'auto' : 'always' }).format(
      Math.sign(seconds) * Math.max(1, Math.floor(length)),
      unit,
    );
  // 50 s is "1 minute" rather than "0 minutes"; 45 minutes are 45 minutes, and an hour is said of a whole one.
  if (far < HOUR) return say(far / MINUTE, 'minute');
  if (far < DAY) return say(far / HOUR, 'hour');
  if (seconds > 0 || far < WEEK) return say(Math.abs(daysBetween(now, at, timeZone)), 'day');
  if (far < MONTH) return say(far / WEEK, 'week');
  return far < YEAR ? say(far / MONTH, 'month') : say(far / YEAR, 'year');
}

/** The whole instant with its zone named: "Nov 22, 2025, 14:03:22 CET". */
export function absoluteText(at: number, locale: string, timeZone: string): string {
  return dateFormat(locale, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone,
    timeZoneName: 'short',
  }).format(at);
}

/** "14:03:22" in the reader's zone, with the day where that is not today. Both times in ms since 1970. */
export function clockText(at: number, now: number, locale: string, timeZone: string): string {
  const [day, today] = [dayOf(at, timeZone), dayOf(now, timeZone)];
  return dateFormat(locale, {
    ...(day !== today && { month: 'short', day: 'numeric' }),
    ...(day.slice(0, 4) !== today.slice(0, 4) && { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone,
  }).format(at);
}

export const DAY_MS = 86_400_000;

/** The calendar day of a moment in a zone: "2026-03-29". A day is not always 24 hours long, so days are counted by these. */
export function dayOf(at: number, timeZone: string): string {
  return dateFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).format(at);
}

/** How many calendar days `to` is after `from` in a zone; both in ms since 1970. */
function daysBetween(from: number, to: number, timeZone: string): number {
  return (Date.parse(dayOf(to, timeZone)) - Date.parse(dayOf(from, timeZone))) / DAY_MS;
}

/** "today 14:05", "tomorrow 14:05", later with the date. Both times in ms since 1970. */
export function dayTimeText(at: number, now: number, locale: string, timeZone: string): string {
  const days = daysBetween(now, at, timeZone);
  const time = dateFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone }).format(at);
  if (days === 0) return `today ${time}`;
  if (days === 1) return `tomorrow ${time}`;
  if (days === -1) return `yesterday ${time}`;
  return `${dateFormat(locale, { year: 'numeric', month: 'short', day: 'numeric', timeZone }).format(at)}, ${time}`;
}

/** For a moment that people plan by: "Wednesday, July 1, 2026, 09:00 AM CEST". */
export function plannedText(at: number, locale: string, timeZone: string): string {
  return dateFormat(locale, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  }).format(at);
}
