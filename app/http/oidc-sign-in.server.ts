import { createHash } from 'node:crypto';
import { redirect } from '@remix-run/node';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { AppContext } from '#app/config/context.server.ts';
import { accountOf } from '../domain/access/oidc-account.server.ts';
import { isRefusalOfOidc, OidcRefusal } from '../domain/access/oidc-refusal.ts';
import { refuse } from '../domain/access/refusals.server.ts';
import { Problem } from '../domain/problem.ts';
import { problemResponse } from './problem-response.server.ts';
import { openSession, safeNext } from './sign-in.server.ts';

type Access = Pick<AppContext, 'auth' | 'db' | 'log'>;

/** To the provider, or back to the sign-in with why not. */
export async function beginOidc({ auth, log }: Access, request: Request): Promise<Response> {
  if (!auth.oidc) throw noProvider();
  const next = safeNext(new URL(request.url).searchParams.get('next'));
  try {
    const { url, cookie } = await auth.oidc.begin(next);
    return redirect(url, { headers: { 'Set-Cookie': cookie, ...PRIVATE } });
  } catch (error) {
    return refused({ auth, log }, error, next, false);
  }
}

/** Back from the provider: a session, or the sign-in page with why not. */
export async function finishOidc({ auth, db, log }: Access, request: Request): Promise<Response> {
  const { oidc, failures } = auth;
  if (!oidc) throw noProvider();
  const url = new URL(request.url);
  let next = '/';
  let recalled = false;
  let who: Refused = { type: 'subject', name: oidc.settings.issuer };
  try {
    const asked = oidc.recall(url, request.headers);
    next = asked.next;
    recalled = true;
    // Only what this browser was sent for is counted: links on others' pages cannot use an office's tries up.
    const from = createHash('sha256')
      .update(request.headers.get('x-real-client-ip') ?? 'unknown')
      .digest('base64url');
    await failures.oidc.consume(from).catch((limit: unknown) => {
      throw limit instanceof RateLimiterRes ? new OidcRefusal('many') : limit;
    });
    const { subject, claims } = await oidc.finish(url, asked);
    who = { ...who, id: markOfSubject(`${claims.iss} ${subject}`) };
    const account = await accountOf(db, oidc.settings, subject, claims);
    const answer = await openSession({ auth, db }, request, account.id, account.email, next, undefined, 'oidc');
    if (!answer) throw new OidcRefusal('disabled', { type: 'person', id: account.id, name: account.name });
    await failures.oidc.reward(from);
    answer.headers.append('Set-Cookie', oidc.forget());
    return answer;
  } catch (error) {
    return refused({ auth, log }, error, next, recalled, who);
  }
}

/** Who signed out here may do so at the provider as well. */
export async function endOidc({ auth, log }: Access): Promise<Response> {
  if (!auth.oidc) throw noProvider();
  try {
    return redirect((await auth.oidc.endUrl()) ?? '/login', { headers: PRIVATE });
  } catch (error) {
    return refused({ auth, log }, error, '/', false);
  }
}

const noProvider = () =>
  problemResponse(
    new Problem(
      404,
      'not_found',
      'Nobody signs in through a provider here, at least not any more. Sign in with your email and your password.',
    ),
  );

const PRIVATE = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' };

/** Whose account it is; of somebody who has none here, at which provider, and a mark of who they are there. */
interface Refused {
  type: string;
  id?: string;
  name: string;
}

/** Tells the same one from others, and nobody who. It is the beginning of the SHA-256 of the issuer, a space and the subject. */
const markOfSubject = (accountId: string) => createHash('sha256').update(accountId).digest('hex').slice(0, 24);

/**
 * @param over that what was asked waits no more: links of others must not end a sign-in that is under way
 * @param who where the refusal does not say it
 */
function refused({ auth, log }: Pick<AppContext, 'auth' | 'log'>, error: unknown, next: string, over: boolean, who?: Refused): Response {
  if (!isRefusalOfOidc(error)) throw error;
  const { code, cause } = error;
  const object = isObject(cause) ? cause : who;
  // What the provider was asked and answered may have secrets in it; what went wrong has none.
  if (code === 'refused' || code === 'unavailable') log.warn({ code, why: wordsOf(cause) }, 'a sign-in through the provider failed');
  refuse({ action: 'session.begin', refused: error.message, ...(object && { object }) });
  const headers = new Headers(PRIVATE);
  if (auth.oidc && over) headers.append('Set-Cookie', auth.oidc.forget());
  const path = next === '/' ? '' : `&next=${encodeURIComponent(next)}`;
  return redirect(`/login?refused=${code}${path}`, { headers });
}

const isObject = (cause: unknown): cause is { type: string; id: string; name: string } =>
  typeof cause === 'object' && cause !== null && 'type' in cause && cause.type === 'person';

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'no reason given';
  const { code, error, error_description } = cause as { code?: string; error?: string; error_description?: string };
  return [cause.name, code, error, error_description, cause.message]
    .filter((part) => typeof part === 'string')
    .join(': ')
    .slice(0, 300);
}
