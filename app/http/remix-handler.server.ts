import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { createReadableStreamFromReadable, createRequestHandler, type ServerBuild } from '@remix-run/node';
import type { Request as ExpressRequest, Response as ExpressResponse, RequestHandler } from 'express';
import { troubleForOperators, troubleOf } from '#db/trouble.ts';
import { unavailable } from '../domain/unavailable.server.ts';

export interface RemixHandlerOptions {
  build: ServerBuild | (() => Promise<ServerBuild>);
  mode: 'production' | 'development';
  /** The public origin: what `request.url` begins with, whatever a proxy made of the Host header. */
  baseUrl: string;
  context(response: ExpressResponse): Parameters<ReturnType<typeof createRequestHandler>>[1];
  /** ms in which a reader takes nothing before the connection is cut. */
  silentMs?: number;
}

const SILENT_MS = 60_000;

/**
 * Remix behind Express. The framework's own adapter writes an answer as fast as it is made, whoever reads it; this one waits for the reader,
 * gives the stream back when the reader has left, and cuts off one who takes nothing. HEAD runs as GET, and its body is let go at once.
 */
export function remixHandler({ build, mode, baseUrl, context, silentMs = SILENT_MS }: RemixHandlerOptions): RequestHandler {
  const handle = createRequestHandler(typeof build === 'function' ? async () => tellingWhyNot(await build()) : tellingWhyNot(build), mode);
  const { origin } = new URL(baseUrl);
  return (request, response, next) => {
    answer().catch((error: unknown) => (response.headersSent ? response.destroy() : next(error)));

    async function answer(): Promise<void> {
      const result = await handle(toRequest(request, response, origin), context(response));
      // Somebody else has answered: what came was too slow.
      if (response.headersSent) return result.body?.cancel();
      if (result.statusText) response.statusMessage = result.statusText;
      response.status(result.status);
      for (const [name, value] of result.headers) response.append(name, value);
      // Answers show people's data: nothing between us and the reader may keep what does not say that it may.
      if (!result.headers.has('Cache-Control')) response.set('Cache-Control', 'private, no-store');
      if (request.method === 'HEAD' || response.destroyed) {
        await result.body?.cancel();
        response.end();
      } else if (result.body) {
        await send(result.body, response, silentMs);
      } else {
        response.end();
      }
    }
  };
}

function toRequest(request: ExpressRequest, response: ExpressResponse, origin: string): Request {
  const leaving = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) leaving.abort();
  });
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headers)) {
    for (const value of Array.isArray(values) ? values : [values]) if (value) headers.append(name, value);
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return new Request(origin + request.originalUrl, {
    method: request.method === 'HEAD' ? 'GET' : request.method,
    headers,
    signal: leaving.signal,
    ...(!reads && { body: createReadableStreamFromReadable(request), duplex: 'half' }),
  } as RequestInit);
}

/** Resolves when all is written, or the reader is gone: the stream is cancelled then, and whatever feeds it with it. */
async function send(body: ReadableStream<Uint8Array>, response: ExpressResponse, silentMs: number): Promise<void> {
  const source = Readable.fromWeb(body as NodeReadableStream<Uint8Array>);
  let goOn = () => {};
  response.once('close', () => {
    source.destroy();
    goOn();
  });
  // One listener for the whole answer: compression hands each on to its own stream, and gives none back.
  response.on('drain', () => goOn());
  try {
    for await (const chunk of source) {
      if (!response.write(chunk)) {
        const silence = setTimeout(() => response.destroy(), silentMs);
        await new Promise<void>((resolve) => {
          goOn = resolve;
          if (response.destroyed) resolve();
        });
        clearTimeout(silence);
      }
      // What compression holds back would keep a page's first part from the browser.
      response.flush();
    }
    response.end();
  } catch {
    // The reader left or fell silent, or the source failed: half an answer must not look whole.
    response.destroy();
  }
}

type Route = ServerBuild['routes'][string];

/**
 * Every page and form in one place: that the database is away, full or otherwise in trouble is told as that, and logged in words. Remix would
 * hide it from the reader as an error of ours.
 */
function tellingWhyNot(build: ServerBuild): ServerBuild {
  const guarded = (work: Route['module']['loader'], changes: boolean): Route['module']['loader'] =>
    work &&
    (async (args) => {
      try {
        return await work(args);
      } catch (error) {
        const problem = error instanceof Response ? null : unavailable(error, changes);
        if (!problem) throw error;
        const trouble = troubleOf(error);
        const { pathname } = new URL(args.request.url);
        args.context.log.warn(
          { err: error, path: pathname.replace(/^\/u\/.+/, '/u/…') },
          trouble ? troubleForOperators[trouble] : 'the database did not answer',
        );
        throw Response.json({ detail: problem.message, code: problem.code }, { status: problem.status });
      }
    });
  const routes = Object.entries(build.routes).map(([id, route]): [string, Route | undefined] => [
    id,
    route && {
      ...route,
      module: { ...route.module, loader: guarded(route.module.loader, false), action: guarded(route.module.action, true) },
    },
  ]);
  return { ...build, routes: Object.fromEntries(routes) as ServerBuild['routes'] };
}
