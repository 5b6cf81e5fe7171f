import { createHash } from 'node:crypto';
import { redirect } from '@remix-run/node';
import { APIError } from 'better-auth/api';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { AppContext } from '#app/config/context.server.ts';
import { audit } from '../domain/access/audit.server.ts';
import { type Auth, currentViewer, unfinishedViewer } from '../domain/access/auth.server.ts';
import { hasEmergency } from '../domain/access/give-password.server.ts';
import { type KnownBrowser, passedSecondStep } from '../domain/access/known-browser.server.ts';
import { whosePassword } from '../domain/access/password-hash.server.ts';
import { refuse } from '../domain/access/refusals.server.ts';
import { hasSecondFactor } from '../domain/access/second-factor.server.ts';
import { findAccount } from '../domain/access/sessions.server.ts';
import { endUnlessProven, type Proof } from '../domain/access/still-proven.server.ts';
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
  status: 401 | 403 | 429 | 503;
  retryAfterS?: number;
}

export const BUSY = {
  error: 'Very many people are signing in at this moment. Try again in a few seconds.',
  status: 503,
  retryAfterS: 3,
} as const;

/**
 * Signs a person in: a redirect with the session's cookie, or to the second step, or why not, the same for an unknown account and a wrong password. A failure is
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

  const check = auth.passwordChecks.run(known !== null, () => whosePassword(auth, db.pool, name, password));
  if (!check) {
    await counted.giveBack();
    return BUSY;
  }
  const proven = await check;
  // The same for everybody, so that nobody learns whose password it would be.
  if (auth.oidc?.settings.only && !(proven && (await hasEmergency(db, proven.id)))) {
    refuse({ action: 'session.begin', refused: 'Passwords are switched off.' });
    return switchedOff(auth.oidc.settings.label);
  }
  if (!proven) {
    // What was typed is kept only where it names an account: people type passwords into the wrong field.
    const account = await findAccount(db.pool, 'email', name);
    const object = account && { type: 'person', id: account.id, name: account.name };
    refuse({
      action: 'session.begin',
      refused: object ? 'The password is wrong, or the account is disabled.' : 'There is no such account.',
      ...(object && { object }),
    });
    return WRONG;
  }

  await counted.forget();
  const { id, hash } = proven;
  if (!(await hasSecondFactor(db.pool, id)))
    return (await openSession({ auth, db }, request, id, name, next, { hash, secondFactor: false })) ?? WRONG;
  const actor = await findAccount(db.pool, 'id', id);
  await audit(db.pool, { action: 'session.step', ...(actor && { actor }) });
  const path = safeNext(next);
  const headers = { 'Set-Cookie': auth.firstSteps.remember(proven) };
  return redirect(path === '/' ? '/login/code' : `/login/code?next=${encodeURIComponent(path)}`, { headers });
}

export const switchedOff = (label: string): SignInRefusal => ({
  error: `Passwords are switched off here. Sign in with ${label}.`,
  status: 403,
});

const WRONG = { error: 'Email or password is wrong. Check both and try again.', status: 401 } as const;

/**
 * A session for somebody of whom it is sure who they are, and where they go on: to a second factor first, where their role asks for one.
 *
 * @param email as the browser is to remember it
 * @param proof by what it is sure, where that is a password: it must hold still when the session is there
 * @param via how they came
 * @returns null where the account was disabled meanwhile, or the proof does not hold any more
 */
export async function openSession(
  { auth, db }: Access,
  request: Request,
  userId: string,
  email: string,
  next?: string | null,
  proof?: Proof,
  via: 'password' | 'oidc' = 'password',
): Promise<Response | null> {
  try {
    const answer = await auth.sessions.api.beginSession({ body: { userId, via }, headers: request.headers, asResponse: true });
    if (answer.status >= 500) throw new Error(`a session's begin answered ${answer.status}`);
    if (!answer.ok) return null;
    const { id } = (await answer.clone().json()) as { id: string };
    if (proof && !(await endUnlessProven(db.pool, id, userId, proof))) return null;
    const names = [email.toLowerCase(), ...(proof?.secondFactor ? [passedSecondStep(userId)] : [])];
    const headers = new Headers({ 'Set-Cookie': auth.knownBrowsers.remember(request.headers, ...names) });
    for (const cookie of answer.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
    return redirect(safeNext(next), { headers });
  } catch (error) {
    if (error instanceof APIError && error.statusCode < 500) return null;
    throw error;
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

/** Too many tries. @param what was tried */
export function waiting(seconds: number, what = 'tries'): SignInRefusal {
  const time =
    seconds < 90
      ? `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
      : seconds <= 5_400
        ? `${Math.ceil(seconds / 60)} minutes`
        : `${Math.ceil(seconds / 3_600)} hours`;
  return { error: `Too many ${what}. Wait ${time}, then try again.`, status: 429, retryAfterS: seconds };
}

/** Ends the session in the database and in the browser. */
export async function signOut({ auth, db }: Access, request: Request): Promise<Response> {
  assertSameOrigin(request, auth);
  const viewer = (await currentViewer(auth, request.headers, null)) ?? (await unfinishedViewer(auth, request.headers));
  const begun = await auth.sessions.api.getSession({ headers: request.headers });
  const answer = await auth.sessions.api.signOut({ headers: request.headers, asResponse: true });
  if (viewer) await audit(db.pool, { action: 'session.end', actor: viewer });
  const headers = new Headers();
  for (const cookie of answer.headers.getSetCookie()) headers.append('Set-Cookie', cookie);
  // At the provider they may be signed in still.
  return redirect(auth.oidc && begun?.session.via === 'oidc' ? '/login?out=1' : '/login', { headers });
}
