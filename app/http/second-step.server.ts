import { redirect } from '@remix-run/node';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { AppContext } from '#app/config/context.server.ts';
import type { Auth } from '../domain/access/auth.server.ts';
import type { FirstStep } from '../domain/access/first-step.server.ts';
import { hasEmergency } from '../domain/access/give-password.server.ts';
import { passedSecondStep } from '../domain/access/known-browser.server.ts';
import { refuse } from '../domain/access/refusals.server.ts';
import { tryCode } from '../domain/access/second-factor.server.ts';
import { readCode, type TypedCode } from '../domain/access/second-factor.ts';
import { assertSameOrigin } from './require.server.ts';
import { openSession, type SignInRefusal, safeNext, switchedOff, waiting } from './sign-in.server.ts';

type Access = Pick<AppContext, 'auth' | 'db' | 'log'>;

/** Whose password was said in this browser some minutes ago; null for nobody's. */
export const firstStepOf = ({ auth, db }: Pick<Access, 'auth' | 'db'>, { headers }: Request): Promise<FirstStep | null> =>
  auth.firstSteps.find(db.pool, headers);

/** Where the sign-in begins again, for who took too long. */
export function signInAgain(next: string | null): Response {
  const path = safeNext(next);
  return redirect(path === '/' ? '/login?late=1' : `/login?late=1&next=${encodeURIComponent(path)}`);
}

/**
 * The second step of a sign-in: a code of the app, or a recovery code. Counted before it is looked at and by the account, so that neither tries at once
 * nor a sign-in that begins anew nor another address gives more tries; a browser that passed this step before is counted by itself, so that others'
 * guesses do not keep its person out.
 *
 * @param asked what the page asked for: either is taken all the same
 * @returns a redirect with the session's cookie, or why not
 */
export async function secondStep(
  { auth, db, log }: Access,
  request: Request,
  typed: string,
  next: string | null,
  asked: TypedCode['kind'] = 'code',
): Promise<Response | SignInRefusal> {
  assertSameOrigin(request, auth);
  const step = await firstStepOf({ auth, db }, request);
  if (!step) return signInAgain(next);
  const object = { type: 'person', id: step.userId, name: step.name };
  if (auth.oidc?.settings.only && !(await hasEmergency(db, step.userId))) {
    refuse({ action: 'session.begin', refused: 'Passwords are switched off.', object });
    return switchedOff(auth.oidc.settings.label);
  }
  const counted = counters(auth, auth.knownBrowsers.find(request.headers, passedSecondStep(step.userId))?.id ?? step.userId);
  try {
    await counted.consume();
  } catch (limit) {
    if (!(limit instanceof RateLimiterRes)) throw limit;
    refuse({ action: 'session.begin', refused: 'There were too many wrong codes before.', object });
    return waiting(Math.max(1, Math.ceil(limit.msBeforeNext / 1000)), 'wrong codes');
  }

  const code = readCode(typed);
  const used = code && (await tryCode({ auth, db }, step, code));
  if (used === 'unreadable') {
    log.warn({ person: step.userId }, 'the seed of a second factor cannot be read: SESSION_SECRET is another one than when it was kept');
    refuse({ action: 'session.begin', refused: 'The second factor cannot be read with the secret of sessions that there is.', object });
    return { error: UNREADABLE, status: 401 };
  }
  if (!used) {
    refuse({ action: 'session.begin', refused: 'The code of the second step is wrong, or was used before.', object });
    return { error: asked === 'recovery' || code?.kind === 'recovery' ? WRONG_RECOVERY : WRONG_CODE, status: 401 };
  }
  await counted.giveBack();
  const lost = used.left !== null && safeNext(next) === '/';
  const to = lost ? '/account/second-factor?recovered=1' : next;
  const answer = await openSession({ auth, db }, request, step.userId, step.email, to, { hash: step.hash, secondFactor: true });
  if (!answer)
    return { error: 'This account was disabled, or its password or second factor changed, at this moment. Begin again.', status: 401 };
  answer.headers.append('Set-Cookie', auth.firstSteps.forget());
  return answer;
}

const WRONG_CODE =
  'That code is wrong, or was used already. Enter the one that your app shows now. If that fails as well, see that the clock of the phone is set by itself.';
const UNREADABLE =
  'The codes of your app cannot be checked here any more: what they are checked with was encrypted with another secret. Use a recovery code, or ask an administrator to take the second factor off your account.';
const WRONG_RECOVERY = 'This is none of your recovery codes, or it was used already. Each works once, and new ones end those of before.';

function counters({ failures }: Auth, key: string) {
  return {
    async consume() {
      await failures.code.consume(key);
      await failures.codes.consume(key);
    },
    // What others guessed stays counted.
    giveBack: () => Promise.all([failures.code.reward(key), failures.codes.reward(key)]),
  };
}
