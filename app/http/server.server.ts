import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { ServerBuild } from '@remix-run/node';
import compression from 'compression';
import express from 'express';
import helmet from 'helmet';
import type { AppContext } from '../config/context.server.ts';
import { countedAddress, plainAddress } from '../domain/access/client-address.ts';
import { through } from '../domain/access/door.server.ts';
import { refuse } from '../domain/access/refusals.server.ts';
import { createMetrics, type LiveState } from '../domain/monitoring/metrics.server.ts';
import { type Readiness, readiness } from '../domain/monitoring/readiness.server.ts';
import { isProblem, notFound, Problem } from '../domain/problem.ts';
import { bodyPace } from './body-pace.server.ts';
import { busySignIn } from './busy-sign-in.server.ts';
import { limitAddress } from './limit-address.server.ts';
import { metricsRoute } from './metrics-route.server.ts';
import { PROBLEM_TYPE, problemBody } from './problem-response.server.ts';
import { remixHandler } from './remix-handler.server.ts';
import { crossOrigin, refusal } from './request-gate.server.ts';
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
  /** ms in which a reader of an answer takes nothing before the connection is cut; 60 s. */
  silentMs?: number;
  /** ms between two looks at how fast a body arrives; 10 s. */
  paceMs?: number;
  /** Placed before Remix: Vite's middleware in development. */
  middleware?: express.RequestHandler;
}

/** How long one upload may take: Node's own five minutes end a large contact list on a slow line. A silent sender is given up far earlier. */
const UPLOAD_MS = 3_600_000;
const HEADERS_MS = 20_000;

/** The HTTP server: health, static files, security headers, and Remix for the rest. Nothing listens yet. */
export function createWebServer({ context, build, clientFolder, live, silentMs, paceMs, middleware }: WebOptions): Server {
  const { env } = context;
  const app = express();
  app.disable('x-powered-by');
  // Who asks is who connects. Only the proxies that TRUST_PROXY names may say that it is somebody else.
  app.set('trust proxy', env.trustProxy);

  app.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  // Who asks at the same time gets the same answer: anybody may ask, and each look costs the database something.
  let looking: Promise<Readiness> | null = null;
  app.get('/readyz', (_request, response) => {
    looking ??= readiness(context.db.pool, live()?.listening ?? false).finally(() => {
      looking = null;
    });
    void looking.then(({ checks, trouble }) => {
      const ready = Object.values(checks).every(Boolean);
      response
        .status(ready ? 200 : 503)
        .set('Cache-Control', 'no-store')
        .json({ status: ready ? 'ready' : 'not ready', checks, ...(trouble && { trouble }) });
    });
  });

  const metrics = createMetrics({
    db: context.db,
    live,
    rates: { email: env.emailRate, sms: env.smsRate },
    onError: (error) => context.log.warn({ err: error }, 'the metrics of the ledger could not be read'),
  });
  app.get('/metrics', metricsRoute(metrics, context.auth));

  const trusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  app.use((request, _response, next) => {
    const door = request.path.startsWith('/api/') ? 'api' : 'page';
    const device = request.headers['user-agent'] ?? null;
    through({ door, address: plainAddress(request.ip), device, ...(context.refusals && { refusals: context.refusals }) }, next);
  });
  app.use((request, _response, next) => {
    const problem = refusal(request);
    if (!trusted(request.socket.remoteAddress ?? '', 0)) delete request.headers['x-forwarded-host'];
    const fromElsewhere = problem ? undefined : crossOrigin(request, env.baseUrl);
    if (fromElsewhere) refuse({ action: 'access.use', refused: 'A page of another site sent it.' });
    next(problem ?? fromElsewhere);
  });
  app.use((request, response, next) => {
    // What nobody has read of a refused request would stay in the connection, in front of the next one.
    response.on('finish', () => request.removeAllListeners('data').resume());
    response.locals.cspNonce = randomBytes(16).toString('base64');
    request.headers['x-real-client-ip'] = countedAddress(request.ip);
    next();
  });
  app.use(bodyPace(paceMs));
  app.use(securityHeaders(env.baseUrl, clientFolder === null));
  if (clientFolder) app.use(staticFiles(clientFolder));
  app.use(limitAddress(context.auth));
  app.post('/login', busySignIn(context.auth));
  app.use(compression());
  if (middleware) app.use(middleware);
  app.all(
    '*',
    remixHandler({
      build,
      baseUrl: env.baseUrl,
      context: (response) => ({ ...context, cspNonce: response.locals.cspNonce as string }),
      mode: clientFolder ? 'production' : 'development',
      ...(silentMs !== undefined && { silentMs }),
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

  return createServer(
    {
      requestTimeout: UPLOAD_MS,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: 5_000,
      // Some programs offer HTTP/2 with each request; who does not take it answers in the version that was asked in.
      shouldUpgradeCallback: ({ headers }) => /^\s*websocket\s*$/i.test(headers.upgrade ?? ''),
    },
    app,
  );
}

/** Of what went wrong outside Remix, below 500 most is an address that names nothing, such as a broken percent sign. */
function problemOf(error: Error, status: number): Problem {
  if (isProblem(error)) return error;
  return status === 500 ? new Problem(500, 'internal', 'Something went wrong on our side. Try again later.') : notFound();
}

/** A page may load only what comes from here; inline scripts and styles carry the answer's nonce (Mantine also sets style attributes). */
function securityHeaders(baseUrl: string, development: boolean): express.RequestHandler {
  const secure = baseUrl.startsWith('https:');
  return (request, response, next) => {
    response.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
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
