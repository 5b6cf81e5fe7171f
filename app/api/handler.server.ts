import { createHash } from 'node:crypto';
import type { AppLoadContext } from '@remix-run/node';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { assertReaches, beyondLimit, isLimited } from '../domain/access/key-limits.server.ts';
import { may, type Viewer } from '../domain/access/roles.ts';
import type { CampaignJson } from '../domain/campaigns/campaign.ts';
import { forgetOldKeys } from '../domain/idempotency-keys.server.ts';
import { parseInput } from '../domain/parse-input.ts';
import { invalid, isProblem, notFound, Problem } from '../domain/problem.ts';
import { unstorable } from '../domain/storable.ts';
import { unavailable } from '../domain/unavailable.server.ts';
import { PassedBody, runOnce } from '../http/idempotency.server.ts';
import { problemResponse } from '../http/problem-response.server.ts';
import { assertMay, requireApi } from '../http/require.server.ts';
import { type Address, addressOf } from './address.server.ts';
import { assertPlain, MAX_CONTENT_JSON_BYTES, mediaType, parseContentJson, parseJson, readJsonBytes } from './body.server.ts';
import { etag } from './operations/if-match.ts';
import type { AnyCall, Operation } from './operations/operation.ts';
import { operations } from './operations.server.ts';

/** A call by somebody who may make it, under an address that is one. */
type Asked = Required<Pick<AnyCall, 'context' | 'request' | 'viewer' | 'ids'>>;

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * The one way into the API: what is asked for, who asks, how often, may they, is the request well-formed, was it made before; then one domain
 * call. Whatever is thrown becomes application/problem+json; what is no Problem is logged and hidden.
 */
export async function answer({ request, context }: Pick<AnyCall, 'request' | 'context'>): Promise<Response> {
  try {
    const address = addressOf(new URL(request.url).pathname);
    const open = address?.operations.find((operation) => operation.open && !writes.has(request.method));
    if (open) return (await open.run({ context, request, ids: {} })) as Response;
    const viewer = await requireApi(context, request);
    return tellingItsEnd(viewer, await answerTo(viewer, address, { context, request }));
  } catch (error) {
    return asResponse(error, context, request);
  }
}

async function answerTo(
  viewer: Viewer,
  address: Address | undefined,
  { context, request }: Pick<AnyCall, 'request' | 'context'>,
): Promise<Response> {
  try {
    await limitCalls(context, viewer);
    if (!address) throw notFound();
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const operation = address.operations.find((operation) => operation.method === method);
    if (!operation) throw wrongMethod(address);
    for (const permission of [operation.permission, ...(operation.also ?? [])]) assertMay(viewer, permission);
    if (isLimited(viewer)) await assertWithinLimits(context, viewer, operation, address);
    return await call({ context, request, viewer, ids: numbersOf(address) }, operation);
  } catch (error) {
    return asResponse(error, context, request);
  }
}

function asResponse(error: unknown, context: AppLoadContext, request: Request): Response {
  if (error instanceof Response) return error;
  if (isProblem(error)) return problemResponse(error);
  // Node's own word for a sender who left in the middle.
  if (error instanceof Error && error.message === 'aborted') return problemResponse(new Problem(400, 'invalid', 'The request broke off.'));
  context.log.error({ err: error }, 'an API call failed');
  const internal = new Problem(500, 'internal', 'Something went wrong on our side. It has been logged; try again later.');
  return problemResponse(unavailable(error, !['GET', 'HEAD'].includes(request.method)) ?? internal);
}

/** Before anything is read or replayed: a key for one campaign or channel does nothing beside it. */
async function assertWithinLimits({ db }: AppLoadContext, viewer: Viewer, { path, narrowed }: Operation, address: Address): Promise<void> {
  if (path.startsWith('/campaigns/{id}')) return assertReaches(db, viewer, numbersOf(address).id as number);
  if (narrowed) return;
  throw beyondLimit(viewer);
}

/** Whoever runs the program can see in each answer that its key ends. */
function tellingItsEnd({ expiresAt }: Viewer, response: Response): Response {
  if (expiresAt) response.headers.set('API-Key-Expires', expiresAt);
  return response;
}

async function call({ context, request, viewer, ids }: Asked, operation: Operation): Promise<Response> {
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
    const result = await operation.run({ context, viewer, request: asked, ids, query, body });
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
  const path = (steps: string) => `/api/v1${steps.replace(/\{(\w+)\}/g, (_, name: string) => String(ids[name]))}`;
  const keyed = {
    viewerId: viewer.id,
    route: `${operation.method} ${path(operation.path)}`,
    key,
    // What showed people is no answer any more once they are taken from whoever asks.
    hash: createHash('sha256')
      .update(url.search)
      .update(may(viewer, 'people:read') ? '\n' : '\nnobody\n')
      .update(around)
      .digest(),
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

function wrongMethod({ operations }: Address): Response {
  const allowed = operations.map(({ method }) => method).join(', ');
  return problemResponse(new Problem(405, 'method_not_allowed', `This address takes ${allowed}.`), { Allow: allowed });
}

/** Malformed ids are 404: they name nothing. */
function numbersOf({ ids }: Address): Record<string, number> {
  return Object.fromEntries(
    Object.entries(ids).map(([name, value]) => {
      if (!/^[1-9]\d{0,14}$/.test(value)) throw notFound();
      return [name, Number(value)];
    }),
  );
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
