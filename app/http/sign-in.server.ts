import { createHash } from 'node:crypto';
import { redirect } from '@remix-run/node';
import { APIError } from 'better-auth/api';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { AppContext } from '#app/config/context.server.ts';
import { audit } from '../domain/access/audit.server.ts';
import { type Auth, currentViewer } from '../domain/access/auth.server.ts';
import type { KnownBrowser } from '../domain/access/known-browser.server.ts';
import { refuse } from '../domain/access/refusals.server.ts';
import { findAccount } from '../domain/access/sessions.server.ts';
import { assertSameOrigin } from './require.server.ts';

type Access = Pick<AppContext, 'auth' | 'db'>;

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

/** Why nobody was signed in: a sentence for the form, its status, and after how many seconds another try makes sense. */
export interface SignInRefusal {
  error: string;
  status: 401 | 429 | 503;
  retryAfterS?: number;
}

export const BUSY = {
  error: 'Very many people are signing in at this moment. Try again in a few seconds.',
  status: 503,
  retryAfterS: 3,
} as const;

/**
 * Signs a person in: a redirect with the session's cookie, or why not, the same for an unknown account and a wrong password. A failure is
 * counted before the password is checked, so that tries at the same time cannot pass together, and forgotten after a success. Whoever
 * guesses from everywhere slows an account down for browsers that are new to it; one that signed in before is counted by itself.
 */
export async function signIn(
  { auth, db }: Access,
  request: Request,
  { email, password, next }: Credentials,
): Promise<Response | SignInRefusal> {
  assertSameOrigin(request, auth);
  const name = email.trim().toLowerCase().slice(0, 320);
  const known = auth.knownBrowsers.find(request.headers, name);
  if (auth.passwordChecks.isFull(known !== null)) return BUSY;
  const counted = counters(auth, name, request.headers.get('x-real-client-ip') ?? 'unknown', known);
  try {
    await counted.consume();
  } catch (limit) {
    if (limit instanceof RateLimiterRes) refuse({ action: 'session.begin', refused: 'There were too many wrong tries before.' });
    if (limit instanceof RateLimiterRes) return waiting(Math.max(1, Math.ceil(limit.msBeforeNext / 1000)));
    throw limit;
  }

  const check = auth.passwordChecks.run(known !== null, () => checkPassword(auth, request, name, password));
  if (!check) {
    await counted.giveBack();
    return BUSY;
  }
  const answer = await check;
  if (answer.status >= 500) throw new Error(`sign-in answered ${answer.status}`);
  if (!answer.ok) {
    // What was typed is kept only where it names an account: people type passwords into the wrong field.
    const account = await findAccount(db.pool, 'email', name);
    const object = account && { type: 'person', id: account.id, name: account.name };
    refuse({
      action: 'session.begin',
      refused: object ? 'The password is wrong, or the account is disabled.' : 'There is no such account.',
      ...(object && { object }),
    });
  }
  if (!answer.ok) return { error: 'Email or password is wrong. Check both and try again.', status: 401 };

  await counted.forget();
  return signedIn(auth, request, name, answer, safeNext(next));
}

function signedIn(auth: Auth, request: Request, name: string, answer: Response, next: string): Response {
  const headers = new Headers({ 'Set-Cookie': auth.knownBrowsers.remember(request.headers, name) });
  for (const cookie of answer.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  return redirect(next, { headers });
}

/** Signs somebody in who has set this password just now. Where that does not work they sign in by hand. */
export async function openSession({ auth }: Access, request: Request, email: string, password: string): Promise<Response> {
  const answer = await auth.passwordChecks.run(true, () => checkPassword(auth, request, email, password));
  return answer?.ok ? signedIn(auth, request, email, answer, '/') : redirect('/login');
}

async function checkPassword({ sessions }: Auth, { headers }: Request, email: string, password: string): Promise<Response> {
  try {
    return await sessions.api.signInEmail({ body: { email, password }, headers, asResponse: true });
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return new Response(null, { status: error.statusCode });
  }
}

/** What a try is counted under. No name and no address stands in the database. */
function counters({ failures }: Auth, name: string, address: string, known: KnownBrowser | null) {
  const key = (text: string) => createHash('sha256').update(text).digest('base64url');
  const from = key(address);
  const account = key(name);
  const pair = key(`${name}|${address}`);
  if (known) {
    return {
      consume: () => failures.browser.consume(known.id),
      giveBack: () => failures.browser.reward(known.id),
      forget: () => failures.browser.delete(known.id),
    };
  }
  return {
    async consume() {
      await failures.pair.consume(pair);
      await failures.address.consume(from);
      await failures.account.consume(account).catch((limit: unknown) => {
        if (!(limit instanceof RateLimiterRes)) throw limit;
        return failures.trickle.consume(account);
      });
    },
    giveBack: () => Promise.all([failures.pair.reward(pair), failures.address.reward(from), failures.account.reward(account)]),
    // What others guessed stays counted.
    async forget() {
      const own = (await failures.pair.get(pair))?.consumedPoints ?? 1;
      await Promise.all([failures.pair.delete(pair), failures.address.reward(from), failures.account.reward(account, own)]);
    },
  };
}

function waiting(seconds: number): SignInRefusal {
  const time = seconds < 90 ? `${seconds} ${seconds === 1 ? 'second' : 'seconds'}` : `${Math.ceil(seconds / 60)} minutes`;
  return { error: `Too many tries. Wait ${time}, then try again.`, status: 429, retryAfterS: seconds };
}

/** Ends the session in the database and in the browser. */
export async function signOut({ auth, db }: Access, request: Request): Promise<Response> {
  assertSameOrigin(request, auth);
  const viewer = await currentViewer(auth, request.headers, null);
  const answer = await auth.sessions.api.signOut({ headers: request.headers, asResponse: true });
  if (viewer) await audit(db.pool, { action: 'session.end', actor: viewer });
  const headers = new Headers();
  for (const cookie of answer.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  return redirect('/login', { headers });
}
