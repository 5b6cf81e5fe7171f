import type { Liquid } from 'liquidjs';
import { handlerOf } from './liquid-html.ts';

/**
 * A date is read in one way or not at all, and never moved by the time zone of the server: what says only a day is that day, what says an
 * hour is that hour. 03/04/2025 and 04.03.2025 are put out as they stand.
 */
const yearFirst = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[T ]\s?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const inWords = /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/i;

interface ReadDate {
  /** As liquidjs takes it: a text, or seconds since 1970. */
  value: string | number;
  /** It stands still: another time zone would make another day of it. */
  still: boolean;
}

/** Null for what is no date, or could be two. */
function readDate(value: unknown): ReadDate | null {
  const text = String(value ?? '').trim();
  if (text === 'now' || text === 'today') return { value: text, still: false };
  const [, year = '', , month = '', day = '', hour = '0', minute = '00', second = '00', zone] = yearFirst.exec(text) ?? [];
  if (year) {
    const two = (part: string) => part.padStart(2, '0');
    const iso = `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}`;
    const at = new Date(`${iso}Z`);
    // The 31st of June would become another day.
    if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== iso.slice(0, 10)) return null;
    return { value: zone ? iso + zone.toUpperCase() : iso, still: !zone };
  }
  if (/^\d{9,10}$/.test(text)) return { value: Number(text), still: false };
  if (/^\d{12,13}$/.test(text)) return { value: Number(text) / 1_000, still: false };
  const said = inWords.test(text) && /\b\d{4}\b/.test(text) && !Number.isNaN(Date.parse(text));
  return said ? { value: text, still: !/(?:\bgmt|\butc|z|[+-]\d{2}:?\d{2})\)?$/i.test(text) } : null;
}

/** Liquid's own filters of dates, for what can be read; all else stays as it is. */
export function setDateFilters(engine: Liquid): void {
  for (const name of ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string']) {
    const handler = handlerOf(engine.filters[name]);
    engine.registerFilter(name, function (value: unknown, ...args: unknown[]) {
      const read = readDate(value);
      if (!read) return value;
      return handler.call(this as never, read.value, ...(name === 'date' && read.still ? args.slice(0, 1) : args));
    });
  }
}
