import { useState } from 'react';
import { useNow, useReader } from '../reader-context.tsx';
import { plannedText } from '../times.ts';
import { type Plan, planOf, type Schedule, tomorrowAtNine } from './plan.ts';

const HALF_MINUTE_MS = 30_000;

export interface UseSchedule {
  schedule: Schedule;
  setSchedule: (change: Partial<Schedule>) => void;
  plan: Plan;
  /** In words, for the review. */
  when: string;
}

/** When the draft is to be sent: now, or at a time, by default tomorrow at nine where the reader lives. */
export function useSchedule(): UseSchedule {
  const { locale, timeZone: own } = useReader();
  const now = useNow(HALF_MINUTE_MS);
  const [said, setSaid] = useState<{ later: boolean; at: string | null; timeZone: string | null }>({
    later: false,
    at: null,
    timeZone: null,
  });
  const timeZone = said.timeZone ?? own;
  const schedule = { later: said.later, at: said.at ?? tomorrowAtNine(now, timeZone), timeZone };
  const plan = planOf(schedule, now);
  const zone = timeZone.replaceAll('_', ' ');
  const when = !schedule.later
    ? 'Now, as soon as you confirm'
    : plan.instant === null
      ? 'No time yet that works'
      : `${plannedText(plan.instant, locale, timeZone)} (${zone})`;
  return { schedule, setSchedule: (change) => setSaid((before) => ({ ...before, ...change })), plan, when };
}
