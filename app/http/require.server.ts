import { data, redirect } from '@remix-run/node';
import type { AppContext } from '#app/config/context.server.ts';
import { bearerToken, currentViewer, unfinishedViewer } from '../domain/access/auth.server.ts';
import { countsNow } from '../domain/access/door.server.ts';
import { refuse } from '../domain/access/refusals.server.ts';
import { type Asker, lacksScope, may, type Permission, refusal, scopesFor, type Viewer } from '../domain/access/roles.ts';
import { isSameOrigin } from '../domain/access/same-origin.ts';
import { Problem } from '../domain/problem.ts';
import { problemResponse } from './problem-response.server.ts';

type Access = Pick<AppContext, 'auth'>;
const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Throws a 403 where a page of another site sent this request. Pages' actions call it; API writes with a session do by `requireApi`. */
export function assertSameOrigin(request: Request, env: { baseUrl: string }): void {
  if (!isSameOrigin(request, env.baseUrl)) {
    refuse({ action: 'access.use', refused: 'A page of another site sent it.' });
    throw problemResponse(new Problem(403, 'cross_origin', 'This request came from another site. Reload the page and try again.'));
  }
}

/** For pages: the person, or a redirect to the sign-in page (to the second factor, where that is all they lack), which leads back. Only sessions count here. */
export async function requireUser({ auth }: Access, request: Request): Promise<Viewer> {
  const viewer = await currentViewer(auth, request.headers, null);
  if (!viewer) {
    const url = new URL(request.url);
    url.searchParams.delete('_data');
    const next = reads.has(request.method) ? `${url.pathname.replace(/(\/_root)?\.data$/, '') || '/'}${url.search}` : pageOf(request);
    const to = (await unfinishedViewer(auth, request.headers)) ? '/second-factor' : '/login';
    throw redirect(next === '/' ? to : `${to}?next=${encodeURIComponent(next)}`);
  }
  if (!reads.has(request.method)) assertSameOrigin(request, auth);
  const tooMany = countRequest(auth, viewer);
  if (tooMany) {
    const headers = { 'Retry-After': String(Math.ceil(tooMany.retryAfterS ?? 1)) };
    throw data({ detail: tooMany.message, code: tooMany.code }, { status: tooMany.status, headers });
  }
  return viewer;
}

/** Once a request, however many of a page's parts ask who it is for. */
function countRequest(auth: AppContext['auth'], viewer: Viewer): Problem | null {
  const waitMs = countsNow() ? auth.requests.take(viewer.id) : null;
  if (waitMs === null) return null;
  const asked = viewer.via === 'key' ? 'This key has' : 'You have';
  return new Problem(429, 'rate_limited', `${asked} asked for too much within a few seconds. Wait a little, then try again.`, {
    retryAfterS: waitMs / 1000,
  });
}

/** Where a form was sent from, so that its reader comes back there after signing in. */
function pageOf(request: Request): string {
  const from = request.headers.get('referer') ?? '';
  if (!URL.canParse(from) || new URL(from).host !== (request.headers.get('host') ?? new URL(request.url).host)) return '/';
  const { pathname, search } = new URL(from);
  return `${pathname}${search}`;
}

/** For the API: a program by its key or a person by session; else a thrown 401, or 403 for a session's write from another site. */
export async function requireApi({ auth }: Access, request: Request): Promise<Viewer> {
  const viewer = await currentViewer(auth, request.headers);
  if (!viewer) {
    throw problemResponse(
      new Problem(
        401,
        'unauthorized',
        fromPage(request)
          ? 'You are signed out. Sign in again in another tab, then try again.'
          : await aboutKey(auth, bearerToken(request.headers)),
      ),
      { 'WWW-Authenticate': 'Bearer realm="Rollcall"' },
    );
  }
  if (viewer.via === 'session' && !reads.has(request.method)) assertSameOrigin(request, auth);
  const tooMany = countRequest(auth, viewer);
  if (tooMany) throw problemResponse(tooMany);
  return viewer;
}

/** In words for whoever runs the program. That a key was one is told to its holder alone. */
async function aboutKey(auth: Access['auth'], key: string | null): Promise<string> {
  const end = key === null ? null : await auth.endOfKey(key);
  if (end?.why === 'expired') return `This API key expired on ${end.at}. Ask an administrator for another one.`;
  if (end?.why === 'revoked')
    return 'This API key was revoked, or the account of the person who made it ended. Ask an administrator for another one.';
  return 'Send an API key as "Authorization: Bearer KEY". This one is missing, unknown or revoked.';
}

/** Browsers say where a request comes from; a page of ours asks with its session. */
function fromPage({ headers }: Request): boolean {
  return headers.get('sec-fetch-site') === 'same-origin' && !headers.has('authorization');
}

/** Throws a 403 that says which roles may. */
export function assertMay(viewer: Asker, permission: Permission): void {
  if (may(viewer, permission)) return;
  const why = refusal(viewer, permission);
  refuse({ action: 'access.use', refused: why, object: { type: 'permission', id: permission } });
  // RFC 6750: which scopes would do.
  const scope = scopesFor(permission).join(' ');
  throw problemResponse(
    new Problem(403, 'forbidden', why),
    lacksScope(viewer, permission) ? { 'WWW-Authenticate': `Bearer realm="Rollcall", error="insufficient_scope", scope="${scope}"` } : {},
  );
}
