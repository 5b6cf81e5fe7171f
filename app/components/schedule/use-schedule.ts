import { useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { useNow, useReader } from '../reader-context.tsx';
import { plannedText } from '../times.ts';
import { type Plan, planOf, type Schedule, tomorrowAtNine, wallTime } from './plan.ts';

const HALF_MINUTE_MS = 30_000;

export interface UseSchedule {
  schedule: Schedule;
  setSchedule: (change: Partial<Schedule>) => void;
  plan: Plan;
  /** In words, for the review. */
  when: string;
  /** The moment that the time meant in the zone before, ms; null unless the zone was changed last. */
  before: number | null;
}

interface Said {
  later: boolean;
  at: string | null;
  timeZone: string | null;
  before: number | null;
}

/** When the draft is to be sent: now, or at a time; at first what was chosen before it was unscheduled, else tomorrow at nine where the reader lives. */
export function useSchedule({ planned_at, planned_time_zone }: CampaignJson): UseSchedule {
  const { locale, timeZone: own } = useReader();
  const now = useNow(HALF_MINUTE_MS);
  const [said, setSaid] = useState<Said>(() => ({
    later: planned_at !== null,
    at: planned_at === null ? null : wallTime(Date.parse(planned_at), planned_time_zone ?? own),
    timeZone: planned_at === null ? null : (planned_time_zone ?? own),
    before: null,
  }));
  const timeZone = said.timeZone ?? own;
  const schedule = { later: said.later, at: said.at ?? tomorrowAtNine(now, timeZone), timeZone };
  const plan = planOf(schedule, now);
  const zone = timeZone.replaceAll('_', ' ');
  const when = !schedule.later
    ? 'Now, as soon as you confirm'
    : plan.instant === null
      ? 'No time yet that works'
      : `${plannedText(plan.instant, locale, timeZone)} (${zone})`;
  const setSchedule = (change: Partial<Schedule>) =>
    setSaid((old) => {
      const moved = change.timeZone !== undefined && change.timeZone !== timeZone;
      // The clock time that is on the screen stays; what that means for the moment is told.
      return { ...old, ...change, ...(moved && { at: schedule.at }), before: moved ? plan.instant : null };
    });
  return { schedule, setSchedule, plan, when, before: said.before };
}
