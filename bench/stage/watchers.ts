// Browsers' side of the live connection, many in one process: each notes when it learns of a version.

import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from '#app/realtime/events.ts';

export interface WatchersInput {
  url: string;
  /** One has so many connections at most; the watchers take turns. */
  keys: readonly string[];
  campaignId: number;
  count: number;
}

/** [version, ms since 1970] of every event, over all watchers. */
export type Seen = [number, number][];

const seen: Seen = [];
const now = () => performance.timeOrigin + performance.now();

process.on('message', async ({ input, stop }: { input?: WatchersInput; stop?: true }) => {
  if (stop) {
    process.send?.({ seen }, () => process.exit(0));
    return;
  }
  if (!input) return;
  await Promise.all(Array.from({ length: input.count }, (_, n) => watch(input, input.keys[n % input.keys.length] as string)));
  process.send?.({ ready: true });
});

function watch({ url, campaignId }: WatchersInput, key: string): Promise<void> {
  const socket: Socket<ServerEvents, ClientEvents> = io(url, { auth: { token: key }, transports: ['websocket'], forceNew: true });
  socket.on('campaign:progress', ({ id, version }) => {
    if (id === campaignId) seen.push([version, now()]);
  });
  return new Promise((resolve, reject) => {
    // Without all of them it would measure something else, or wait for ever.
    socket.on('connect_error', reject);
    socket.on('connect', () => {
      socket.emit('recipients:watch', { campaign_id: campaignId, ids: [] });
      socket.emit('campaign:join', { id: campaignId }, () => resolve());
    });
  });
}
