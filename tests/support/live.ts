import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import type { CampaignSummary } from '#app/domain/campaigns/campaign-json.ts';
import type { ClientEvents, ServerEvents } from '#app/realtime/events.ts';
import { startApi, type TestApi } from './api.ts';
import { type Sending, startSending } from './sending.ts';
import { freePort, startWeb } from './web.ts';

export type Live = Socket<ServerEvents, ClientEvents>;

export let api: TestApi;
export let sending: Sending;
export let port: number;
let web: { stop(): Promise<void> };
const open: Live[] = [];

/** For the head of a test file: a web process with live connections, and a worker. */
export function withLive(): void {
  beforeAll(async () => {
    port = await freePort();
    api = await startApi({ PORT: String(port), LOG_LEVEL: 'silent' });
    await startServer();
    sending = await startSending(api);
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await sending.stop();
    await stopServer();
    await api.drop();
  });
}

export const stopServer = () => web.stop();
export async function startServer(): Promise<void> {
  web = await startWeb(api.context);
}

export function connect(auth: object = { token: api.keys.marketer }, extraHeaders: Record<string, string> = {}): Live {
  const socket: Live = io(`http://127.0.0.1:${port}`, { auth, extraHeaders, transports: ['websocket'], reconnectionDelay: 50 });
  open.push(socket);
  return socket;
}

export const connected = (socket: Live) => vi.waitFor(() => expect(socket.connected).toBe(true), { timeout: 10_000 });

export async function join(socket: Live, id: number): Promise<CampaignSummary> {
  const answer = await socket.emitWithAck('campaign:join', { id });
  if ('error' in answer) throw new Error(answer.error.code);
  return answer.campaign;
}
