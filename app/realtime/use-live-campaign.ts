import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { CampaignJson, CampaignProgress } from '../domain/campaigns/campaign.ts';
import type { CampaignSummary } from '../domain/campaigns/campaign-json.ts';
import { applyProgress, applySnapshot, type LiveCampaign, liveCampaign } from './live-campaign.ts';
import { serverNow, tellServerTime } from './server-clock.ts';
import { lastHeard, liveSocket } from './socket-client.ts';

/** `connecting` until the first answer: the numbers are the page's own, as of when the server made it. */
type Connection = 'connecting' | 'live' | 'reconnecting';

export interface UseLiveCampaign {
  campaign: CampaignJson;
  connection: Connection;
  /** While not live: the server's time (ms) that the numbers are as of; else null. */
  asOf: number | null;
  /** Rises with every answered join: whoever keeps more than the campaign asks again then. */
  joins: number;
  /** Takes what else was read of it, where that is newer. */
  catchUp(snapshot: CampaignSummary): void;
}

type Input = { snapshot: CampaignJson | CampaignSummary } | { progress: CampaignProgress };

const reduce = (state: LiveCampaign, input: Input): LiveCampaign =>
  'snapshot' in input ? applySnapshot(state, input.snapshot) : applyProgress(state, input.progress);

/** Between two questions for a snapshot, in ms: a gap while much happens must not become a storm of joins. */
const ASK_AGAIN_MS = 500;

/**
 * One campaign, as it is now. Starts from the loader's data, joins the campaign's room, and joins again after every gap: a lost connection, a
 * missed event, a server that missed something itself.
 *
 * @param loadedAt when the server read `loaded`, ISO 8601
 */
export function useLiveCampaign(loaded: CampaignJson, loadedAt: string): UseLiveCampaign {
  const [state, dispatch] = useReducer(reduce, loaded, liveCampaign);
  const [asOf, setAsOf] = useState<number | null>(() => Date.parse(loadedAt));
  const [connection, setConnection] = useState<Connection>('connecting');
  const [joins, setJoins] = useState(0);
  const askedAt = useRef(0);
  const again = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { id } = loaded;

  useEffect(() => dispatch({ snapshot: loaded }), [loaded]);

  const catchUp = useCallback((snapshot: CampaignSummary) => dispatch({ snapshot }), []);
  const join = useCallback(() => {
    askedAt.current = Date.now();
    liveSocket().emit('campaign:join', { id }, (answer) => {
      if ('error' in answer) {
        if (['unavailable', 'rate_limited'].includes(answer.error.code)) again.current = setTimeout(join, ASK_AGAIN_MS);
        return;
      }
      if (answer.server_time) tellServerTime(answer.server_time);
      dispatch({ snapshot: answer.campaign });
      setAsOf(null);
      setConnection('live');
      setJoins((n) => n + 1);
    });
  }, [id]);

  useEffect(() => {
    const socket = liveSocket();
    const onProgress = (progress: CampaignProgress) => {
      if (progress.id !== id) return;
      tellServerTime(progress.server_time);
      dispatch({ progress });
    };
    const onResync = (event: { campaign_id: number }) => event.campaign_id === id && join();
    const onLost = () => {
      setAsOf((known) => known ?? lastHeard() + serverNow() - Date.now());
      setConnection('reconnecting');
    };
    socket.on('connect', join);
    socket.on('disconnect', onLost);
    socket.on('connect_error', onLost);
    socket.on('campaign:progress', onProgress);
    socket.on('campaign:resync', onResync);
    if (socket.connected) join();
    return () => {
      clearTimeout(again.current);
      socket.off('connect', join);
      socket.off('disconnect', onLost);
      socket.off('connect_error', onLost);
      socket.off('campaign:progress', onProgress);
      socket.off('campaign:resync', onResync);
      if (socket.connected) socket.emit('campaign:leave', { id });
    };
  }, [id, join]);

  useEffect(() => {
    if (!state.stale) return;
    const timer = setTimeout(join, Math.max(0, askedAt.current + ASK_AGAIN_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [state.stale, join]);

  const campaign = state.campaign.id === id ? state.campaign : loaded;
  return { campaign, connection, asOf, joins, catchUp };
}
