import { createHash } from 'node:crypto';
import { redirect } from '@remix-run/node';
import { APIError } from 'better-auth/api';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { AppContext } from '#app/context.server.ts';
import { assertSameOrigin } from './require.server.ts';

type Access = Pick<AppContext, 'auth'>;

export interface Credentials {
  email: string;
  password: string;
  /** A path of ours to go to afterwards. */
  next?: string | null | undefined;
}

/** A path on this site, or "/" for anything else: nobody is led elsewhere by a forged link. */
export function safeNext(next: string | null | undefined): string {
  const base = 'http://rollcall.invalid';
  if (!next?.startsWith('/') || !URL.canParse(next, base)) return '/';
  const url = new URL(next, base);
  return url.origin === base && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/';
}

function waitingText(seconds: number): string {
  return seconds < 90
    ? `Too many tries. Wait ${seconds} seconds, then try again.`
    : `Too many tries. Wait ${Math.ceil(seconds / 60)} minutes, then try again.`;
}

/**
 * Signs a person in: a redirect with the session's cookie, or a sentence for the form, the same for an unknown account and a wrong password.
 * A failure is counted before the password is checked, so that tries at the same time cannot pass together, and forgotten after a success.
 */
export async function signIn(
  { auth }: Access,
  request: Request,
  { email, password, next }: Credentials,
): Promise<Response | { error: string }> {
  assertSameOrigin(request, auth);
  const address = request.headers.get('x-real-client-ip') ?? 'unknown';
  const name = email.trim().toLowerCase();
  const account = createHash('sha256').update(`${name}|${address}`).digest('base64url');
  const from = createHash('sha256').update(address).digest('base64url');
  try {
    await auth.accountFailures.consume(account);
    await auth.addressFailures.consume(from);
  } catch (limit) {
    if (limit instanceof RateLimiterRes) return { error: waitingText(Math.ceil(limit.msBeforeNext / 1000)) };
    throw limit;
  }

  let answer: Response;
  try {
    answer = await auth.sessions.api.signInEmail({ body: { email: name, password }, headers: request.headers, asResponse: true });
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    answer = new Response(null, { status: error.statusCode });
  }
  if (answer.status >= 500) throw new Error(`sign-in answered ${answer.status}`);
  if (!answer.ok) return { error: 'Email or password is wrong. Check both and try again.' };

  await Promise.all([auth.accountFailures.delete(account), auth.addressFailures.reward(from)]);
  const headers = new Headers();
  for (const cookie of answer.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  return redirect(safeNext(next), { headers });
}

/** Ends the session in the database and in the browser. */
export async function signOut({ auth }: Access, request: Request): Promise<Response> {
  assertSameOrigin(request, auth);
  const answer = await auth.sessions.api.signOut({ headers: request.headers, asResponse: true });
  const headers = new Headers();
  for (const cookie of answer.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  return redirect('/login', { headers });
}
