import { io, type Socket } from 'socket.io-client';
import { type CampaignCounters, type CampaignStatus, hasEnded } from '#app/domain/campaigns/campaign.ts';
import type { CampaignSummary } from '#app/domain/campaigns/campaign-json.ts';
import type { ClientEvents, ServerEvents } from '#app/realtime/events.ts';
import { reconnection, stayConnected } from '#app/realtime/stay-connected.ts';
import type { Order } from './arguments.ts';

export interface Progress extends CampaignCounters {
  status: CampaignStatus;
  version: number;
}

/** ms until a server is asked once more that could not ask its database. */
const ASK_AGAIN_MS = 500;
/** So many tries without a connection, from the first on: nobody is there, or something in between lets no WebSocket through. */
const FIRST_TRIES = 8;

export interface Following {
  socket: Socket<ServerEvents, ClientEvents>;
  /** Resolves once the server has answered, with the first snapshot where it could; rejects where there is no way to it. */
  joined: Promise<void>;
  /** Resolves when the campaign has ended and nothing of it is in flight; rejects where it cannot be followed any more. */
  ended: Promise<void>;
  /** Gives it up. @param why in words */
  lose(why: string): void;
  close(): void;
}

/**
 * Follows a campaign over Socket.IO, without polling. Every connection, the first as well as one after an outage, starts with a snapshot;
 * what is older than what was shown is ignored.
 */
export function follow({ url, key }: Pick<Order, 'url' | 'key'>, id: number, show: (progress: Progress) => void): Following {
  const socket: Socket<ServerEvents, ClientEvents> = io(url, { auth: { token: key }, transports: ['websocket'], ...reconnection });
  const joined = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let version = -1;
  // Whoever waits for the snapshot alone still hears of it.
  for (const { promise } of [joined, ended]) promise.catch(() => {});
  const lose = (why: string) => {
    socket.close();
    ended.reject(new Error(why));
    joined.reject(new Error(why));
  };

  const take = (progress: Progress) => {
    if (progress.version <= version) return;
    version = progress.version;
    show(progress);
    const inFlight = progress.queued + progress.sending + progress.retrying;
    if (hasEnded(progress.status) && inFlight === 0) ended.resolve();
  };
  const join = () => {
    // No rows on this screen: the counters are enough.
    socket.emit('recipients:watch', { campaign_id: id, ids: [] });
    socket.emit('campaign:join', { id }, (answer) => {
      if ('campaign' in answer) take(answer.campaign satisfies CampaignSummary);
      else if (['unavailable', 'rate_limited'].includes(answer.error.code)) setTimeout(() => socket.connected && join(), ASK_AGAIN_MS);
      else lose('This campaign cannot be followed any more: it is gone, or the key may not see it.');
      joined.resolve();
    });
  };
  socket.on('connect', join);
  stayConnected(socket);
  // Refused, and not only cut off: a key that was revoked or has ended.
  let tries = 0;
  socket.on('connect', () => {
    tries = Number.NEGATIVE_INFINITY;
  });
  socket.on('connect_error', ({ message }) => {
    if (message === 'rate_limited') setTimeout(() => socket.connect(), ASK_AGAIN_MS);
    else if (!socket.active && message === 'forbidden') lose('The key may not follow campaigns.');
    else if (!socket.active && message !== 'unavailable')
      lose('The key does not count any more. What is being sent goes on without this terminal.');
    else if (message !== 'unavailable' && ++tries >= FIRST_TRIES)
      lose('The live connection does not come about: something in between lets no WebSocket through.');
  });
  socket.on('campaign:resync', join);
  socket.on('campaign:progress', (progress) => {
    if (progress.id === id) take(progress);
  });
  return { socket, joined: joined.promise, ended: ended.promise, lose, close: () => void socket.close() };
}
