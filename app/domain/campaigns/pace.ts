/** How fast a campaign goes and how long it will take, from its progress as it arrives. Pure: time is an argument, in ms. */

import type { CampaignJson } from './campaign.ts';

export interface PaceSample {
  /** ms, any clock that does not jump. */
  at: number;
  /** Recipients that the provider accepted so far. */
  sent: number;
  /** Recipients that are not done yet: waiting, sending, retrying, unknown. */
  open: number;
}

export interface Pace {
  /** Messages accepted a second. */
  perSecond: number;
  /** Until nothing is open, in seconds; null where nothing moves, so that nobody is told a number without ground. */
  secondsLeft: number | null;
}

/** Long enough to even out bursts of batches and retries, short enough to show a pause. */
export const PACE_WINDOW_MS = 10_000;
const SPACING_MS = 250;
const LEAST_SPAN_MS = 3_000;

/** Does it go at a pace at all? A campaign that is held, or whose channel is stopped, does not, and no end is near. */
export function hasPace({ status, hold_reason }: Pick<CampaignJson, 'status' | 'hold_reason'>): boolean {
  return status === 'SENDING' && hold_reason === null;
}

/**
 * Adds a sample and drops what left the window. The newest sample before the window stays: it says where the window began. Samples closer
 * together than a quarter of a second replace each other, so that the list stays below some 40.
 */
export function addSample(samples: readonly PaceSample[], sample: PaceSample): readonly PaceSample[] {
  const last = samples.at(-1);
  if (last && (sample.at < last.at || sample.sent < last.sent)) return [sample]; // another clock, or the numbers started anew
  const before = samples.at(-2);
  const kept = before && last && last.at - before.at < SPACING_MS ? samples.slice(0, -1) : samples;
  const begin = kept.findLastIndex((one) => one.at <= sample.at - PACE_WINDOW_MS);
  return [...kept.slice(Math.max(0, begin)), sample];
}

/** The pace over the last ten seconds before `now`; null until three seconds' worth of samples are there: less tells nothing. */
export function paceOf(samples: readonly PaceSample[], now: number): Pace | null {
  const last = samples.at(-1);
  if (!last) return null;
  const from = now - PACE_WINDOW_MS;
  const begin = samples.findLastIndex((one) => one.at <= from);
  const first = samples[Math.max(0, begin)] as PaceSample;
  const start = Math.max(first.at, from);
  const seconds = (now - start) / 1000;
  if (seconds * 1000 < LEAST_SPAN_MS) return null;
  const sentThen = begin >= 0 ? at(samples, begin, from, 'sent') : first.sent;
  const openThen = begin >= 0 ? at(samples, begin, from, 'open') : first.open;
  const closing = (openThen - last.open) / seconds;
  return {
    perSecond: Math.max(0, last.sent - sentThen) / seconds,
    secondsLeft: last.open === 0 ? 0 : closing > 0 ? last.open / closing : null,
  };
}

/** A value at a moment between two samples, on the line between them. */
function at(samples: readonly PaceSample[], index: number, moment: number, key: 'sent' | 'open'): number {
  const a = samples[index] as PaceSample;
  const b = samples[index + 1];
  if (!b || b.at === a.at) return a[key];
  const share = Math.min(1, (moment - a.at) / (b.at - a.at));
  return a[key] + (b[key] - a[key]) * share;
}
