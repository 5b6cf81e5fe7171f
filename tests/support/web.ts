import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { ServerBuild } from '@remix-run/node';
import type { AppContext } from '#app/config/context.server.ts';
import { createWebServer, type WebOptions } from '#app/http/server.server.ts';
import { type Realtime, startRealtime } from '#app/realtime/socket-server.server.ts';
import { apiRoute } from './api.ts';

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

interface BuiltRoute {
  id: string;
  path: string;
  module: object;
}

/** What a build would bring, of these routes alone. */
export function buildOf(routes: readonly BuiltRoute[]): ServerBuild {
  return {
    routes: Object.fromEntries(routes.map((route) => [route.id, route])),
    entry: { module: { default: () => new Response(null, { status: 404 }) } },
    assets: { routes: {}, entry: { module: '', imports: [] }, url: '', version: '' },
    assetsBuildDirectory: '',
    publicPath: '/',
    basename: '/',
    future: { v3_singleFetch: true, v3_throwAbortReason: true, v3_relativeSplatPath: true, v3_fetcherPersist: true },
    isSpaMode: false,
    mode: 'production',
  } as unknown as ServerBuild;
}

/** The real web server with the API's routes and the live connection, but without pages, unless they are named: as such they need a build. */
export async function startWeb(
  context: AppContext,
  options: Partial<WebOptions> = {},
  pages: readonly BuiltRoute[] = [],
): Promise<{ stop(): Promise<void> }> {
  const build = buildOf([apiRoute, ...pages]);
  let realtime: Realtime | undefined;
  const server = createWebServer({ context, build, clientFolder: 'public', live: () => realtime, ...options });
  realtime = startRealtime(server, context);
  server.listen(context.env.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await realtime?.stop();
      server.closeAllConnections();
      await closed;
    },
  };
}
