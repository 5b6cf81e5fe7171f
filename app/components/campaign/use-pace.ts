import { useEffect, useRef, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { addSample, hasPace, type Pace, type PaceSample, paceOf } from '#app/domain/campaigns/pace.ts';

/** How fast the campaign goes, renewed once a second from what arrived; null while it is not sending, or held, or too little is known. */
export function usePace(campaign: CampaignJson): Pace | null {
  const samples = useRef<readonly PaceSample[]>([]);
  const [pace, setPace] = useState<Pace | null>(null);
  const { status, hold_reason, total, sent, failed, suppressed, cancelled } = campaign;
  const moves = hasPace({ status, hold_reason });
  const open = total - sent - failed - suppressed - cancelled;

  useEffect(() => {
    samples.current = moves ? addSample(samples.current, { at: performance.now(), sent, open }) : [];
  }, [moves, sent, open]);

  useEffect(() => {
    if (!moves) {
      setPace(null);
      return;
    }
    const timer = setInterval(() => setPace(paceOf(samples.current, performance.now())), 1_000);
    return () => clearInterval(timer);
  }, [moves]);

  return pace;
}
