import { useEffect, useRef, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { CampaignInsights } from '#app/domain/campaigns/insights.ts';
import { loadJson } from '../load-json.ts';

export type Insights = CampaignInsights;

/** Between two loads, in ms. */
const LOAD_EVERY_MS = 2_000;

/**
 * Reasons and minutes, loaded again when the numbers that they explain have changed, and then at most every two seconds. `catchUp` takes the
 * counters that they agree with: what is explained is never more than what is shown.
 */
export function useInsights(
  loaded: Insights,
  campaign: CampaignJson,
  path: string,
  catchUp: (snapshot: Insights['campaign']) => void,
): Insights {
  const [insights, setInsights] = useState(loaded);
  const [ended, setEnded] = useState(0);
  const { status, sent, failed, retrying, unknown } = campaign;
  const numbers = `${status} ${sent} ${failed} ${retrying} ${unknown}`;
  const latest = useRef(numbers);
  latest.current = numbers;
  const loads = useRef({ of: numbers, at: 0, busy: false });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of a load is the time to look whether another is due
  useEffect(() => {
    const state = loads.current;
    if (numbers === state.of || state.busy) return;
    const wait = Math.max(0, state.at + LOAD_EVERY_MS - Date.now());
    const timer = setTimeout(async () => {
      const of = latest.current;
      state.busy = true;
      state.at = Date.now();
      const fresh = await loadJson<Insights>(`${path}/insights`);
      state.busy = false;
      if (fresh) {
        state.of = of;
        setInsights(fresh);
        catchUp(fresh.campaign);
      }
      setEnded((n) => n + 1);
    }, wait);
    return () => clearTimeout(timer);
  }, [numbers, path, ended, catchUp]);

  return insights;
}
