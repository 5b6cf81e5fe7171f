import { useRevalidator } from '@remix-run/react';
import { useEffect, useRef, useState } from 'react';
import type { CampaignJson, CampaignProgress } from '../domain/campaigns/campaign.ts';
import { applyProgressToList } from './live-campaign.ts';
import { tellServerTime } from './server-clock.ts';
import { liveSocket } from './socket-client.ts';

/** The campaigns of a list, with their numbers as they are now. The loader's data is asked for again after a gap and when one changed its status. */
export function useLiveCampaigns(initial: CampaignJson[]): CampaignJson[] {
  const [list, setList] = useState<readonly CampaignJson[]>(initial);
  const revalidator = useRevalidator();
  const reload = useRef(revalidator.revalidate);
  reload.current = revalidator.revalidate;

  useEffect(() => {
    setList((known) => initial.map((fresh) => newer(fresh, known)));
  }, [initial]);

  useEffect(() => {
    const socket = liveSocket();
    let joined = false;
    const join = () => {
      socket.emit('campaigns:join');
      if (joined) reload.current();
      joined = true;
    };
    const onProgress = (progress: CampaignProgress) => {
      tellServerTime(progress.server_time);
      setList((known) => {
        const { list: next, stale } = applyProgressToList(known, progress);
        if (stale) queueMicrotask(() => reload.current());
        return next;
      });
    };
    const onResync = () => reload.current();
    socket.on('connect', join);
    socket.on('campaign:progress', onProgress);
    socket.on('campaign:resync', onResync);
    if (socket.connected) join();
    return () => {
      socket.off('connect', join);
      socket.off('campaign:progress', onProgress);
      socket.off('campaign:resync', onResync);
      if (socket.connected) socket.emit('campaigns:leave');
    };
  }, []);

  return list as CampaignJson[];
}

function newer(fresh: CampaignJson, known: readonly CampaignJson[]): CampaignJson {
  const live = known.find((campaign) => campaign.id === fresh.id);
  return live && live.version > fresh.version ? live : fresh;
}
