import { comesTwice, sendTime } from '#app/domain/campaigns/send-time.ts';
import type { FieldError } from '#app/domain/problem.ts';
import { DAY_MS, dayOf } from '../times.ts';

/** What a person says about when a draft is sent. */
export interface Schedule {
  later: boolean;
  /** Wall time as an input of the type datetime-local writes it: "2026-07-01T09:00". */
  at: string;
  /** IANA. */
  timeZone: string;
}

/** What that comes to. */
export interface Plan {
  /** ms since 1970; null: now. */
  instant: number | null;
  error: FieldError | null;
  /** The wall time comes twice that day; the first is meant. */
  twice: boolean;
}

/** @param now ms */
export function planOf({ later, at, timeZone }: Schedule, now: number): Plan {
  const wrong = (path: string, message: string): Plan => ({ instant: null, error: { path, message }, twice: false });
  if (!later) return { instant: null, error: null, twice: false };
  if (at === '') return wrong('scheduled_at', 'Enter a day and a time.');
  const time = sendTime(at, timeZone);
  if (typeof time !== 'number') return wrong(time.path, time.message);
  if (time <= now) return wrong('scheduled_at', 'This time has passed. Choose a later one, or send now.');
  return { instant: time, error: null, twice: comesTwice(at, timeZone) };
}

/** A moment as the clocks of a zone show it, for an input of the type datetime-local. @param at ms */
export function wallTime(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    hourCycle: 'h23',
    timeZone,
  } as Intl.DateTimeFormatOptions).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** The next day at nine in the zone, where a schedule begins. */
export function tomorrowAtNine(now: number, timeZone: string): string {
  const tomorrow = new Date(Date.parse(dayOf(now, timeZone)) + DAY_MS);
  return `${tomorrow.toISOString().slice(0, 10)}T09:00`;
}
