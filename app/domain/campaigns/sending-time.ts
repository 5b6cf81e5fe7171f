import type { ActivityKind } from './activity.ts';

const begins: readonly ActivityKind[] = ['started', 'resumed', 'retried'];
const ends: readonly ActivityKind[] = ['paused', 'ended', 'cancelled'];

/** The events by which time spent sending is told. */
export const sendingEvents: readonly ActivityKind[] = [...begins, ...ends, 'reopened'];

/**
 * How long a campaign has been at sending, in ms: its rounds without pauses and without the time between its end and a retry. What was opened
 * again for single recipients does not count. Null where it never began.
 *
 * @param events of the campaign's life, oldest first
 * @param now for a campaign that is still at it, ms since 1970
 */
export function sendingTime(events: readonly { kind: ActivityKind; at: Date }[], now: number): number | null {
  let since: number | null = null;
  let spent: number | null = null;
  for (const { kind, at } of events) {
    if (begins.includes(kind)) since ??= at.getTime();
    if (!ends.includes(kind) || since === null) continue;
    spent = (spent ?? 0) + at.getTime() - since;
    since = null;
  }
  return since === null ? spent : (spent ?? 0) + Math.max(0, now - since);
}
