import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { AppContext } from '#app/config/context.server.ts';
import { currentViewer } from '../domain/access/auth.server.ts';
import { plainAddress } from '../domain/access/client-address.ts';
import { type Door, through } from '../domain/access/door.server.ts';
import { assertReaches, isLimited } from '../domain/access/key-limits.server.ts';
import type { Viewer } from '../domain/access/roles.ts';
import { may } from '../domain/access/roles.ts';
import { isSameOrigin } from '../domain/access/same-origin.ts';
import { audienceOf } from '../domain/alerts/alert.ts';
import { getNotification } from '../domain/alerts/notifications.server.ts';
import type { CampaignSummary } from '../domain/campaigns/campaign-json.ts';
import { getCampaignSummary } from '../domain/campaigns/get-campaign.server.ts';
import { isProblem } from '../domain/problem.ts';
import { watchedRows } from '../domain/recipients/watched-rows.server.ts';
import { type ClientEvents, MAX_WATCHED, type RecipientsChanged, rooms, type ServerEvents } from './events.ts';
import { listen } from './listen.server.ts';
import { createRelay } from './relay.server.ts';
import { createSocketLimits, MOST_CONNECTIONS, readsNothing, shareReads } from './socket-limits.server.ts';

interface SocketData {
  viewer: Viewer;
  /** How many ends of access had been heard of when its viewer was looked up. */
  heard: number;
  /** By campaign: the rows on this socket's screen, and the version of what it was told last. */
  watches: Map<number, { ids: Set<number>; told: number }>;
}
type LiveSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, SocketData>;
type LiveServer = Server<ClientEvents, ServerEvents, Record<string, never>, SocketData>;

/** The end of access is told at once; this looks again, in ms, for what was not heard. */
const RECHECK_MS = 10_000;
/** Between two looks at who does not read, and whose key is over, in ms. */
const SLOW_CHECK_MS = 1_000;

/** Sockets that watch all rows of a campaign; those that named some are in its room only. */
const allRows = (id: number) => `${rooms.campaign(id)}:all`;

export interface Realtime {
  /** Is the LISTEN connection there? */
  readonly listening: boolean;
  /** Open connections. */
  readonly clients: number;
  /** s that a notification takes from PostgreSQL to here; null: none came within a second. */
  lag(): Promise<number | null>;
  stop(): Promise<void>;
}

/**
 * Brings the ledger's changes to browsers: LISTEN, merge, Socket.IO rooms. Every web process has its own; PostgreSQL is the bus between
 * them. Only sessions and API keys that may read campaigns get in, and only pages of our own origin.
 *
 * @param recheckMs between two looks at whose access has ended without a word of it
 */
export function startRealtime(http: HttpServer, context: AppContext, { recheckMs = RECHECK_MS } = {}): Realtime {
  const { env, log } = context;
  const io: LiveServer = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: 100_000,
    allowRequest: (request, decide) => {
      const { origin, host } = request.headers;
      const asked = host && URL.canParse(`http://${host}`) ? `http://${host}` : env.baseUrl;
      decide(null, origin === undefined || isSameOrigin(new Request(asked, { headers: { origin } }), env.baseUrl));
    },
  });

  let heard = 0;
  io.use((socket, next) => {
    socket.data.heard = heard;
    through(doorOf(socket, context), () => viewerOf(socket, context)).then(
      (viewer) => {
        if (!viewer) return next(new Error('unauthorized'));
        if (!may(viewer, 'campaigns:read')) return next(new Error('forbidden'));
        if (socketsOf(io).filter(({ data }) => data.viewer.id === viewer.id).length >= MOST_CONNECTIONS)
          return next(new Error('rate_limited'));
        socket.data.viewer = viewer;
        socket.data.watches = new Map();
        next();
      },
      (error: unknown) => {
        log.error({ err: error }, 'socket could not be authenticated');
        next(new Error('unavailable'));
      },
    );
  });

  const limits = createSocketLimits();
  const snapshot = shareReads((id: number) => getCampaignSummary(context.db, id));
  io.on('connection', (socket) => {
    socket.use((packet, next) => {
      void limits
        .admit(socket.data.viewer.id, () => cut(socket))
        .then((admitted) => {
          // What it asks for is asked for by whoever the connection is.
          if (admitted) return through({ ...doorOf(socket, context), asker: socket.data.viewer }, next);
          const answer: unknown = packet.at(-1);
          if (typeof answer === 'function') answer({ error: { code: 'rate_limited' } });
        });
    });
    serve(socket, context, snapshot);
    // Access that ended between the two was told before this connection was one.
    if (socket.data.heard !== heard) void check(socket.data.viewer.id);
  });
  const check = (viewerId?: string) =>
    closeOutdated(io, context, viewerId).catch((error: unknown) => log.warn({ err: error }, 'open live connections could not be checked'));
  const recheck = setInterval(() => void check(), recheckMs);
  const slow = setInterval(() => {
    for (const socket of io.sockets.sockets.values()) {
      if (isOver(socket)) socket.disconnect(true);
      else if (readsNothing(socket.conn as never)) cut(socket);
    }
  }, SLOW_CHECK_MS);

  const relay = createRelay({
    progress: (progress) => io.to(rooms.campaign(progress.id)).to(rooms.campaigns).emit('campaign:progress', progress),
    recipients: (change) => {
      io.to(allRows(change.campaign_id)).emit('recipients:changed', change);
      tellWatchers(io, change);
    },
    resync: (id) => io.to(rooms.campaign(id)).to(rooms.campaigns).emit('campaign:resync', { campaign_id: id }),
  });
  let wasConnected = false;
  const listener = listen(env.databaseDirectUrl, {
    onCampaign: relay.campaign,
    onRecipients: relay.recipients,
    onListed: ({ id }) => void io.to(rooms.campaigns).emit('campaigns:changed', { id }),
    onAlert: ({ id }) => void tellNotification(io, context, id),
    onAccess: ({ viewer }) => {
      heard++;
      context.auth.forgetAccess();
      context.auth.secondFactorRoles.forget();
      // Without a name it may be anybody's.
      void check(viewer ?? undefined);
    },
    onProviders: () => void context.providerKeys?.reload(),
    onConnected: () => {
      // Whatever was told while nobody listened.
      void context.providerKeys?.reload();
      if (!wasConnected) {
        wasConnected = true;
        return;
      }
      log.info('listening to the ledger again');
      relay.reset();
      io.to(rooms.notifications).emit('notifications:resync');
      for (const id of openCampaigns(io)) io.to(rooms.campaign(id)).to(rooms.campaigns).emit('campaign:resync', { campaign_id: id });
    },
    onLost: (error) => log.warn({ err: error }, 'the connection that listens to the ledger was lost'),
  });

  return {
    get listening() {
      return listener.connected;
    },
    get clients() {
      return io.engine.clientsCount;
    },
    lag: () => listener.lag((channel, payload) => context.db.pool.query('select pg_notify($1, $2)', [channel, payload])),
    async stop() {
      clearInterval(recheck);
      clearInterval(slow);
      relay.stop();
      await listener.stop();
      await io.close();
    },
  };
}

function doorOf({ handshake: { address, headers }, data }: LiveSocket, { refusals }: AppContext): Door {
  const device = headers['user-agent'] ?? null;
  return {
    door: 'live',
    address: plainAddress(address),
    device,
    ...(data.viewer && { viewer: data.viewer }),
    ...(refusals && { refusals }),
  };
}

/** By the key or the session that the connection began with, as it is now. */
function viewerOf({ handshake }: LiveSocket, { auth }: AppContext): Promise<Viewer | null> {
  const { token } = handshake.auth;
  const { cookie } = handshake.headers;
  // An open page is no use of a session: one that is left open overnight ends.
  return currentViewer(auth, new Headers(cookie ? { cookie } : {}), typeof token === 'string' ? token : null, false);
}

/** Ends the connections of those who were disabled, got a new password or another role, signed out, or whose key was revoked. */
async function closeOutdated(io: LiveServer, context: AppContext, viewerId?: string): Promise<void> {
  const viewers = new Map<string, Promise<Viewer | null>>();
  for (const socket of socketsOf(io, viewerId)) {
    const name = JSON.stringify([socket.handshake.headers.cookie, socket.handshake.auth.token]);
    const viewer = viewers.get(name) ?? viewerOf(socket, context);
    viewers.set(name, viewer);
    if (!isAsBefore(socket.data.viewer, await viewer)) socket.disconnect(true);
  }
}

/** Whoever may more or less than when the connection began comes again. */
function isAsBefore(before: Viewer, now: Viewer | null): boolean {
  const powers = ({ role, withheld, scopes, campaignId, channel, expiresAt }: Viewer) =>
    JSON.stringify([role, withheld, scopes, campaignId, channel, expiresAt]);
  return now !== null && powers(now) === powers(before);
}

/** All open connections, or one viewer's with those of their keys. */
function socketsOf(io: LiveServer, viewerId?: string): LiveSocket[] {
  return [...io.sockets.sockets.values()].filter(
    ({ data: { viewer } }) => viewerId === undefined || viewer.id === viewerId || viewer.ownerId === viewerId,
  );
}

/** Nobody tells of a key whose time is over. */
function isOver({ data: { viewer } }: LiveSocket): boolean {
  return viewer.expiresAt !== undefined && Date.parse(viewer.expiresAt) <= Date.now();
}

/** Ends a connection without waiting for what its client would have to read first. */
function cut(socket: LiveSocket): void {
  socket.conn.close(true);
  (socket.conn.transport as { socket?: { terminate?(): void } }).socket?.terminate?.();
}

function serve(socket: LiveSocket, context: AppContext, snapshot: (id: number) => Promise<CampaignSummary>): void {
  const { viewer, watches } = socket.data;
  const limited = isLimited(viewer);
  const seesPeople = may(viewer, 'people:read');
  // Notifications tell of all campaigns.
  if (!limited) void socket.join(may(viewer, 'settings:write') ? [rooms.notifications, rooms.administrators] : rooms.notifications);
  const assertOwn = (id: number) => (limited ? assertReaches(context.db, viewer, id) : Promise.resolve());

  socket.on('campaign:join', async (request, answer) => {
    const reply = typeof answer === 'function' ? answer : () => {};
    const id = campaignId(request?.id);
    if (id === null) return reply({ error: { code: 'not_found' } });
    try {
      await assertOwn(id);
      // The room first, then the snapshot: nothing falls between the two.
      await socket.join([rooms.campaign(id), ...(watches.has(id) || !seesPeople ? [] : [allRows(id)])]);
      reply({ campaign: await snapshot(id), server_time: new Date().toISOString() });
    } catch (error) {
      // Where only the database is away the socket stays: it is told to join again when the ledger can be heard again.
      if (isProblem(error)) {
        await socket.leave(rooms.campaign(id));
        await socket.leave(allRows(id));
      }
      reply({ error: { code: codeOf(error, context) } });
    }
  });

  socket.on('campaign:leave', async (request) => {
    const id = campaignId(request?.id);
    if (id === null) return;
    watches.delete(id);
    await socket.leave(rooms.campaign(id));
    await socket.leave(allRows(id));
  });

  // Some clients send an empty payload with every event.
  socket.on('campaigns:join', async (...sent: unknown[]) => {
    const answer = sent.at(-1);
    if (!limited) await socket.join(rooms.campaigns);
    if (typeof answer === 'function') answer(limited ? { error: { code: 'forbidden' } } : { ok: true });
  });

  socket.on('campaigns:leave', () => void socket.leave(rooms.campaigns));

  socket.on('recipients:watch', async (request, answer) => {
    const reply = typeof answer === 'function' ? answer : () => {};
    const id = campaignId(request?.campaign_id);
    const ids = request?.ids;
    if (id === null || !Array.isArray(ids) || ids.length > MAX_WATCHED || !ids.every(Number.isSafeInteger)) {
      return reply({ error: { code: 'invalid' } });
    }
    if (!seesPeople) return reply({ error: { code: 'forbidden' } });
    try {
      await assertOwn(id);
    } catch (error) {
      return reply({ error: { code: codeOf(error, context) } });
    }
    await socket.join(rooms.campaign(id));
    await socket.leave(allRows(id));
    // Watched from version 0 on until the answer is there: a change meanwhile is told, and told again in the answer.
    watches.set(id, { ids: new Set(ids), told: 0 });
    try {
      const found = await watchedRows(context.db, id, ids);
      if (!found) {
        watches.delete(id);
        await socket.leave(rooms.campaign(id));
        return reply({ error: { code: 'not_found' } });
      }
      const watch = watches.get(id);
      if (watch) watch.told = Math.max(watch.told, found.version);
      reply(found);
    } catch (error) {
      reply({ error: { code: codeOf(error, context) } });
    }
  });
}

function tellWatchers(io: LiveServer, change: RecipientsChanged): void {
  for (const socketId of io.sockets.adapter.rooms.get(rooms.campaign(change.campaign_id)) ?? []) {
    const socket = io.sockets.sockets.get(socketId);
    const watch = socket?.data.watches.get(change.campaign_id);
    if (!socket || !watch) continue;
    const recipients = change.recipients.filter(({ id }) => watch.ids.has(id));
    if (recipients.length === 0 && !change.many) continue;
    socket.emit('recipients:changed', { ...change, recipients, since: watch.told });
    watch.told = Math.max(watch.told, change.version);
  }
}

async function tellNotification(io: LiveServer, { db, log }: AppContext, id: number): Promise<void> {
  try {
    const told = await getNotification(db, id);
    if (!told) return;
    const { notification, asker } = told;
    const audience = audienceOf(notification.type);
    if (audience === 'everybody' || audience === 'administrators') {
      io.to(audience === 'everybody' ? rooms.notifications : rooms.administrators).emit('notification', notification);
      return;
    }
    for (const socket of socketsOf(io)) {
      const { viewer } = socket.data;
      if (isLimited(viewer)) continue;
      const isTold = audience === 'asker' ? viewer.id === asker : may(viewer, 'campaigns:approve') && viewer.id !== asker;
      if (isTold) socket.emit('notification', notification);
    }
  } catch (error) {
    log.error({ err: error }, 'a notification could not be told');
    io.to(rooms.notifications).emit('notifications:resync');
  }
}

function* openCampaigns(io: LiveServer): Iterable<number> {
  for (const room of io.sockets.adapter.rooms.keys()) {
    const match = /^campaign:(\d+)$/.exec(room);
    if (match) yield Number(match[1]);
  }
}

function campaignId(value: unknown): number | null {
  const id = typeof value === 'string' ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : null;
}

function codeOf(error: unknown, { log }: AppContext): string {
  if (isProblem(error)) return error.code;
  log.error({ err: error }, 'a request over the socket failed');
  return 'unavailable';
}
