import { useEffect, useRef } from 'react';
import type { CampaignProgress } from '#app/domain/campaigns/campaign.ts';
import { liveSocket } from '#app/realtime/socket-client.ts';

/** Between two questions, in ms. */
const ASK_AGAIN_MS = 500;

/** Calls `hear` when the campaign changed in any way since `version`: an approval is no part of a draft's revision. */
export function useApprovalNews({ id, version }: { id: number; version: number }, on: boolean, hear: () => void): void {
  const latest = useRef({ version, hear });
  latest.current = { version, hear };
  useEffect(() => {
    if (!on) return;
    const socket = liveSocket();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current.hear();
      }, ASK_AGAIN_MS);
    };
    const onProgress = (progress: CampaignProgress) => {
      if (progress.id === id && progress.version > latest.current.version) ask();
    };
    const join = () => socket.emit('campaign:join', { id }, () => {});
    socket.on('campaign:progress', onProgress);
    socket.on('connect', join);
    if (socket.connected) join();
    return () => {
      clearTimeout(timer);
      socket.off('campaign:progress', onProgress);
      socket.off('connect', join);
    };
  }, [id, on]);
}
