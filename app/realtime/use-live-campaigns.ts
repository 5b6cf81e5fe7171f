import { useRevalidator } from '@remix-run/react';
import { useEffect, useRef, useState } from 'react';
import type { CampaignJson, CampaignProgress } from '../domain/campaigns/campaign.ts';
import { applyProgressToList } from './live-campaign.ts';
import { tellServerTime } from './server-clock.ts';
import { liveSocket } from './socket-client.ts';

/** Between two questions for the list, in ms. */
const RELOAD_MS = 700;

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
    const join = () => {
      // Also at first: what came between the page and the room would be missed.
      socket.emit('campaigns:join', () => reload.current());
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    // New ones, those that are gone, and drafts with another name or place: together, however many there are.
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        reload.current();
      }, RELOAD_MS);
    };
    const onProgress = (progress: CampaignProgress) => {
      tellServerTime(progress.server_time);
      setList((known) => {
        const row = known.find(({ id }) => id === progress.id);
        if (row && progress.revision > row.revision) soon();
        const { list: next, stale } = applyProgressToList(known, progress);
        if (stale) queueMicrotask(() => reload.current());
        return next;
      });
    };
    const onResync = () => reload.current();
    socket.on('connect', join);
    socket.on('campaign:progress', onProgress);
    socket.on('campaign:resync', onResync);
    socket.on('campaigns:changed', soon);
    if (socket.connected) join();
    return () => {
      clearTimeout(timer);
      socket.off('campaigns:changed', soon);
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
