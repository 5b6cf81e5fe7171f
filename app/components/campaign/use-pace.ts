import { useEffect, useRef, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { addSample, type Pace, type PaceSample, paceOf } from '#app/domain/campaigns/pace.ts';

/** How fast the campaign goes, renewed once a second from what arrived; null while it is not sending or too little is known. */
export function usePace(campaign: CampaignJson): Pace | null {
  const samples = useRef<readonly PaceSample[]>([]);
  const [pace, setPace] = useState<Pace | null>(null);
  const { status, total, sent, failed, suppressed, cancelled } = campaign;
  const open = total - sent - failed - suppressed - cancelled;

  useEffect(() => {
    samples.current = status === 'SENDING' ? addSample(samples.current, { at: performance.now(), sent, open }) : [];
  }, [status, sent, open]);

  useEffect(() => {
    if (status !== 'SENDING') {
      setPace(null);
      return;
    }
    const timer = setInterval(() => setPace(paceOf(samples.current, performance.now())), 1_000);
    return () => clearInterval(timer);
  }, [status]);

  return pace;
}
