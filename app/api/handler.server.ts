import { createHash } from 'node:crypto';
import type { ActionFunctionArgs, AppLoadContext, LoaderFunctionArgs } from '@remix-run/node';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { z } from 'zod';
import type { Viewer } from '../domain/access/roles.ts';
import type { CampaignJson } from '../domain/campaigns/campaign.ts';
import { parseInput } from '../domain/parse-input.ts';
import { invalid, isProblem, notFound, Problem } from '../domain/problem.ts';
import { unstorable } from '../domain/storable.ts';
import { unavailable } from '../domain/unavailable.server.ts';
import { forgetOldKeys, PassedBody, runOnce } from '../http/idempotency.server.ts';
import { problemResponse } from '../http/problem-response.server.ts';
import { assertMay, requireApi } from '../http/require.server.ts';
import { assertPlain, MAX_CONTENT_JSON_BYTES, mediaType, parseContentJson, parseJson, readJsonBytes } from './body.server.ts';
import { etag } from './if-match.ts';
import type { Operation } from './operation.ts';
import { type OperationName, operations } from './operations.ts';

type Spec<Name extends OperationName> = (typeof operations)[Name];
type Parsed<S, Key extends string> = S extends Record<Key, infer T extends z.ZodType> ? z.output<T> : undefined;

/** What a call's function gets: all of it checked, nothing left to parse. */
interface ApiCall<Name extends OperationName> {
  context: AppLoadContext;
  viewer: Viewer;
  request: Request;
  /** Of the path: `id`, `rid`, `did`, `importId`. */
  ids: Record<'id' | 'rid' | 'did' | 'importId', number>;
  query: Parsed<Spec<Name>, 'query'>;
  body: Parsed<Spec<Name>, 'body'>;
}

/** Answers the JSON of the operation's schema, nothing for 204, or a Response of its own. */
type Run<Name extends OperationName> = (call: ApiCall<Name>) => Promise<object | undefined>;

export interface ApiMethod {
  name: OperationName;
  operation: Operation;
  run(call: ApiCall<never>): Promise<object | undefined>;
}

export function on<Name extends OperationName>(name: Name, run: Run<Name>): ApiMethod {
  return { name, operation: operations[name], run: run as ApiMethod['run'] };
}

type Args = LoaderFunctionArgs | ActionFunctionArgs;

/**
 * The one way into the API: who asks, how often, may they, is the request well-formed, was it made before; then one domain call.
 * Whatever is thrown becomes application/problem+json; what is no Problem is logged and hidden.
 */
export async function answer(args: Args, ...methods: ApiMethod[]): Promise<Response> {
  const { request, context } = args;
  try {
    const viewer = await requireApi(context, request);
    await limitCalls(context, viewer);
    const method = methods.find(({ operation }) => operation.method === (request.method === 'HEAD' ? 'GET' : request.method));
    if (!method) throw methods.length > 0 ? wrongMethod(methods) : notFound();
    assertMay(viewer, method.operation.permission);
    return await call(args, viewer, method);
  } catch (error) {
    if (error instanceof Response) return error;
    if (isProblem(error)) return problemResponse(error);
    // Node's own word for a sender who left in the middle.
    if (error instanceof Error && error.message === 'aborted')
      return problemResponse(new Problem(400, 'invalid', 'The request broke off.'));
    context.log.error({ err: error }, 'an API call failed');
    const internal = new Problem(500, 'internal', 'Something went wrong on our side. It has been logged; try again later.');
    return problemResponse(unavailable(error, !['GET', 'HEAD'].includes(request.method)) ?? internal);
  }
}

async function call({ request, context, params }: Args, viewer: Viewer, { operation, run }: ApiMethod): Promise<Response> {
  const ids = idsOf(params);
  const url = new URL(request.url);
  const query = operation.query && parseInput(operation.query, queryOf(url));
  if (operation.upload && !operation.upload.includes(mediaType(request))) {
    throw new Problem(415, 'unsupported_media_type', `Send the list as ${operation.upload.join(' or ')}, and say so in Content-Type.`);
  }
  if (operation.upload) assertPlain(request);
  const bytes = operation.body ? await readJsonBytes(request, operation.content && MAX_CONTENT_JSON_BYTES) : null;
  const parse = operation.content ? parseContentJson : parseJson;
  const body = operation.body && parseInput(operation.body, parse(bytes ?? new Uint8Array()));

  const perform = async (asked: Request) => {
    const result = await run({ context, viewer, request: asked, ids, query, body } as unknown as ApiCall<never>);
    if (result instanceof Response) return result;
    const headers = { 'Cache-Control': 'no-store', ...(operation.answer === 'Campaign' && { ETag: etag(result as CampaignJson) }) };
    return result === undefined
      ? new Response(null, { status: operation.status, headers })
      : Response.json(result, { status: operation.status, headers });
  };
  const key = operation.method === 'POST' ? request.headers.get('idempotency-key') : null;
  if (key === null) return perform(request);
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem(400, 'invalid', 'An Idempotency-Key has 1 to 255 printable ASCII characters and no spaces.');
  }

  const passed = operation.upload && new PassedBody(request.body ?? new Blob().stream());
  const around = passed ? (request.headers.get('content-type') ?? '') : (bytes ?? '');
  const path = (steps: string) => `/api/v1${steps.replace(/\{(\w+)\}/g, (_, name: keyof typeof ids) => String(ids[name]))}`;
  const keyed = {
    viewerId: viewer.id,
    route: `${operation.method} ${path(operation.path)}`,
    key,
    hash: createHash('sha256').update(url.search).update('\n').update(around).digest(),
    ...(passed && { body: passed }),
    lookAt: path(placeOf(operation)),
  };
  await forgetOldKeys(context.db);
  const response = await runOnce(context.db, keyed, () =>
    perform(passed ? new Request(request, { body: passed.stream, duplex: 'half' } as RequestInit) : request).catch((error: unknown) => {
      if (isProblem(error)) return problemResponse(error);
      throw error;
    }),
  );
  if (operation.answer === 'Campaign' && response.ok && !response.headers.has('etag')) {
    response.headers.set('ETag', etag((await response.clone().json()) as CampaignJson));
  }
  return response;
}

/** Where to look whether a call took effect: the list in which it makes something, or what it is about. */
function placeOf({ path, status }: Operation): string {
  const steps = path.split('/');
  for (let length = steps.length - (status === 201 ? 0 : 1); length > 2; length--) {
    const place = steps.slice(0, length).join('/');
    const isRead = Object.values(operations).some((other) => other.method === 'GET' && other.path === place);
    if (isRead && !(status === 201 && place.endsWith('}'))) return place;
  }
  return `/${steps[1]}`;
}

async function limitCalls({ auth }: AppLoadContext, viewer: Viewer): Promise<void> {
  try {
    await auth.calls.consume(viewer.id);
  } catch (limit) {
    if (!(limit instanceof RateLimiterRes)) throw limit;
    throw new Problem(429, 'rate_limited', 'More than 100 calls in a second. Slow down and try again.', {
      retryAfterS: limit.msBeforeNext / 1000,
    });
  }
}

function wrongMethod(methods: ApiMethod[]): Response {
  const allowed = methods.map(({ operation }) => operation.method).join(', ');
  return problemResponse(new Problem(405, 'method_not_allowed', `This address takes ${allowed}.`), { Allow: allowed });
}

/** Malformed ids are 404: they name nothing. */
function idsOf(params: Args['params']): ApiCall<never>['ids'] {
  const ids: Record<string, number> = {};
  for (const [name, value] of Object.entries(params)) {
    if (!value || !/^[1-9]\d{0,14}$/.test(value)) throw notFound();
    ids[name] = Number(value);
  }
  return ids as ApiCall<never>['ids'];
}

/** Empty parameters are as good as none. @throws Problem 422 for NUL, which PostgreSQL's text cannot hold */
function queryOf(url: URL): Record<string, string> {
  const broken = [...url.searchParams].flatMap(([path, value]) => {
    const message = unstorable(value);
    return message ? [{ path, message }] : [];
  });
  if (broken.length > 0) throw invalid(broken);
  return Object.fromEntries([...url.searchParams].filter(([, value]) => value !== ''));
}
