import { useEffect, useRef } from 'react';
import type { CampaignProgress } from '#app/domain/campaigns/campaign.ts';
import { liveSocket } from '#app/realtime/socket-client.ts';
import { onSignedIn } from '../signed-in-again.ts';

/** Between two questions, in ms: a list that is being copied changes many times a second. */
const ASK_AGAIN_MS = 500;

/**
 * Calls `hear` when the draft may have changed: the live connection says so, the tab comes back to the front, the connection or the session was
 * away. `revision` is what the tab has.
 */
export function useDraftNews(id: number, revision: number, hear: () => void): void {
  const latest = useRef({ revision, hear });
  latest.current = { revision, hear };
  useEffect(() => {
    const socket = liveSocket();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current.hear();
      }, ASK_AGAIN_MS);
    };
    const join = () => {
      socket.emit('campaign:join', { id }, () => {});
      ask();
    };
    const onProgress = (progress: CampaignProgress) => {
      if (progress.id !== id) return;
      if (progress.status !== 'DRAFT' || progress.revision === undefined || progress.revision > latest.current.revision) ask();
    };
    const onResync = (event: { campaign_id: number }) => event.campaign_id === id && ask();
    const onGone = (event: { id: number }) => event.id === id && ask();
    const onShown = () => document.visibilityState === 'visible' && latest.current.hear();
    const onSession = () => {
      if (!socket.connected) socket.connect();
      latest.current.hear();
    };
    socket.on('connect', join);
    socket.on('campaign:progress', onProgress);
    socket.on('campaign:resync', onResync);
    socket.on('campaigns:changed', onGone);
    if (socket.connected) join();
    document.addEventListener('visibilitychange', onShown);
    window.addEventListener('focus', onShown);
    const stop = onSignedIn(onSession);
    return () => {
      clearTimeout(timer);
      socket.off('connect', join);
      socket.off('campaign:progress', onProgress);
      socket.off('campaign:resync', onResync);
      socket.off('campaigns:changed', onGone);
      document.removeEventListener('visibilitychange', onShown);
      window.removeEventListener('focus', onShown);
      stop();
      if (socket.connected) socket.emit('campaign:leave', { id });
    };
  }, [id]);
}
