import { useFetcher } from '@remix-run/react';
import { useEffect, useRef } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { FailureReason } from './failure-reasons.tsx';
import type { Minute } from './minutes.ts';

export interface Insights {
  reasons: FailureReason[];
  minutes: Minute[];
}

/** Between two loads, in ms. */
const LOAD_EVERY_MS = 2_000;

/** Reasons and minutes, loaded again when the numbers that they explain have changed, and then at most every two seconds. */
export function useInsights(loaded: Insights, campaign: CampaignJson, path: string): Insights {
  const fetcher = useFetcher<Insights>({ key: `insights of ${path}` });
  const { status, version, sent, failed, retrying, unknown } = campaign;
  const loadedFor = useRef('');
  const loadedAt = useRef(0);
  const numbers = `${path} ${status} ${sent} ${failed} ${retrying} ${unknown}`;
  const started = useRef(version);

  useEffect(() => {
    if (numbers === loadedFor.current || fetcher.state !== 'idle') return;
    if (loadedFor.current === '' && version === started.current) {
      loadedFor.current = numbers; // the page's own data is as new as that
      return;
    }
    const wait = Math.max(0, loadedAt.current + LOAD_EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      loadedFor.current = numbers;
      loadedAt.current = Date.now();
      fetcher.load(`${path}/insights`);
    }, wait);
    return () => clearTimeout(timer);
  }, [numbers, version, path, fetcher]);

  return fetcher.data ?? loaded;
}
