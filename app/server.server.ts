import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createRequestHandler } from '@remix-run/express';
import type { ServerBuild } from '@remix-run/node';
import compression from 'compression';
import express from 'express';
import helmet from 'helmet';
import type { AppContext } from './context.server.ts';
import { isSameOrigin } from './domain/access/same-origin.ts';
import { createMetrics, type LiveState } from './domain/monitoring/metrics.server.ts';
import { isProblem, notFound, Problem } from './domain/problem.ts';
import { PROBLEM_TYPE, problemBody } from './domain/problem-response.server.ts';
import { metricsRoute } from './metrics-route.server.ts';
import { staticFiles } from './static-files.server.ts';

declare global {
  namespace Express {
    interface Locals {
      cspNonce: string;
    }
  }
}

export interface WebOptions {
  context: AppContext;
  build: ServerBuild | (() => Promise<ServerBuild>);
  /** Folder of the built browser files; null where Vite serves them. */
  clientFolder: string | null;
  /** The live connection, once it is started. */
  live: () => LiveState | undefined;
  /** Placed before Remix: Vite's middleware in development. */
  middleware?: express.RequestHandler;
}

/** How long one upload may take: Node's own five minutes end a large contact list on a slow line. A silent sender is given up far earlier. */
const UPLOAD_MS = 3_600_000;

/** The HTTP server: health, static files, security headers, and Remix for the rest. Nothing listens yet. */
export function createWebServer({ context, build, clientFolder, live, middleware }: WebOptions): Server {
  const { env } = context;
  const app = express();
  app.disable('x-powered-by');
  // Behind a proxy the client's address is the one that the nearest proxy of our own network saw.
  app.set('trust proxy', 'loopback, linklocal, uniquelocal');

  app.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  app.get('/readyz', (_request, response) => {
    void readiness(context, live()?.listening ?? false).then((checks) => {
      const ready = Object.values(checks).every(Boolean);
      response
        .status(ready ? 200 : 503)
        .set('Cache-Control', 'no-store')
        .json({ status: ready ? 'ready' : 'not ready', checks });
    });
  });

  const metrics = createMetrics({
    db: context.db,
    live,
    rates: { email: env.emailRate, sms: env.smsRate },
    onError: (error) => context.log.warn({ err: error }, 'the metrics of the ledger could not be read'),
  });
  app.get('/metrics', metricsRoute(metrics, context.auth));

  app.use((request, _response, next) => next(refusal(request) ?? crossOrigin(request, env.baseUrl)));
  app.use((request, response, next) => {
    // What nobody has read of a refused request would stay in the connection, in front of the next one.
    response.on('finish', () => request.removeAllListeners('data').resume());
    response.locals.cspNonce = randomBytes(16).toString('base64');
    request.headers['x-real-client-ip'] = request.ip ?? '';
    next();
  });
  app.use(securityHeaders(env.baseUrl, clientFolder === null));
  if (clientFolder) app.use(staticFiles(clientFolder));
  app.use(compression());
  if (middleware) app.use(middleware);
  app.all(
    '*',
    createRequestHandler({
      build,
      getLoadContext: (_request, response) => ({ ...context, cspNonce: response.locals.cspNonce as string }),
      mode: clientFolder ? 'production' : 'development',
    }),
  );
  app.use((error: Error & { status?: number }, request: express.Request, response: express.Response, next: express.NextFunction) => {
    if (response.headersSent) return next(error);
    const status = error.status && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) context.log.error({ err: error }, 'a request failed');
    const problem = problemOf(error, status);
    if (request.path.startsWith('/api/')) {
      response
        .status(problem.status)
        .type(PROBLEM_TYPE)
        .send(JSON.stringify(problemBody(problem)));
    } else {
      response.status(problem.status).type('text/plain').send(problem.message);
    }
  });

  return createServer({ requestTimeout: UPLOAD_MS }, app);
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** What is wrong with a request of which nobody could make a URL, or with a method that nothing here takes. */
function refusal({ method, headers, url }: express.Request): Problem | undefined {
  if (!METHODS.includes(method)) return new Problem(405, 'method_not_allowed', `${method} is not understood here.`);
  const hosts = [headers.host, headers['x-forwarded-host']].flatMap((value) => String(value ?? '').split(','));
  if (url.startsWith('/') && hosts.every(isHost)) return undefined;
  return new Problem(400, 'invalid', 'The address of this request, or its Host header, is not one that can be understood.');
}

/**
 * A page's form that another site sent. Each action checks that, too; here it gets a 403, where Remix would fail on it. Programs with a key and
 * providers come from anywhere, and so do the forms that mail programs send to end a subscription: they have no session to misuse.
 */
function crossOrigin(request: express.Request, baseUrl: string): Problem | undefined {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method) || /^\/(api|webhooks)\//.test(request.path)) return undefined;
  if (request.path.startsWith('/u/')) {
    delete request.headers.origin;
    return undefined;
  }
  const given = ['origin', 'sec-fetch-site', 'host'].flatMap((name) => {
    const value = request.get(name);
    return value === undefined ? [] : [[name, value] as [string, string]];
  });
  if (isSameOrigin(new Request(baseUrl, { headers: given }), baseUrl)) return undefined;
  return new Problem(403, 'cross_origin', 'This request came from another site. Reload the page and try again.');
}

function isHost(text: string): boolean {
  const url = `http://${text.trim() || 'localhost'}`;
  return URL.canParse(url) && new URL(url).href === `http://${new URL(url).host}/`;
}

/** Of what went wrong outside Remix, below 500 most is an address that names nothing, such as a broken percent sign. */
function problemOf(error: Error, status: number): Problem {
  if (isProblem(error)) return error;
  return status === 500 ? new Problem(500, 'internal', 'Something went wrong on our side. Try again later.') : notFound();
}

async function readiness({ db }: AppContext, listener: boolean): Promise<Record<'database' | 'queue' | 'listener', boolean>> {
  try {
    const { rows } = await db.pool.query<{ queue: boolean }>(`select to_regclass('graphile_worker._private_jobs') is not null as queue`);
    return { database: true, queue: rows[0]?.queue ?? false, listener };
  } catch {
    return { database: false, queue: false, listener };
  }
}

/** A page may load only what comes from here; inline scripts and styles carry the answer's nonce (Mantine also sets style attributes). */
function securityHeaders(baseUrl: string, development: boolean): express.RequestHandler {
  const secure = baseUrl.startsWith('https:');
  return (request, response, next) => {
    const nonce = `'nonce-${response.locals.cspNonce}'`;
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'", nonce, "'strict-dynamic'"],
          scriptSrcAttr: ["'none'"],
          styleSrc: development ? ["'self'", "'unsafe-inline'"] : ["'self'", nonce],
          styleSrcAttr: ["'unsafe-inline'"],
          connectSrc: development ? ["'self'", 'ws:'] : ["'self'"],
          imgSrc: ["'self'", 'data:', 'https:'],
          fontSrc: ["'self'", 'data:'],
          frameSrc: ["'self'"],
          upgradeInsecureRequests: secure ? [] : null,
        },
      },
      // no-referrer would send `Origin: null` with forms, which Remix refuses.
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: secure ? {} : false,
    })(request, response, next);
  };
}
