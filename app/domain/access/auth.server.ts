import { RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';
import type { Database } from '#db/database.ts';
import { known } from './door.server.ts';
import { createFirstSteps, type FirstSteps } from './first-step.server.ts';
import { createKeyVerifier, type KeyEnd } from './key-verifier.server.ts';
import { createKnownBrowsers, type KnownBrowsers } from './known-browser.server.ts';
import { createOidc, type Oidc } from './oidc.server.ts';
import { createPasswordChecks, type PasswordChecks } from './password-checks.ts';
import { refuse } from './refusals.server.ts';
import { createRequestCounts, type RequestCounts } from './request-counts.server.ts';
import { isRole, type Permission, type Role, type Viewer } from './roles.ts';
import { createSecondFactorRoles, type SecondFactorRoles } from './second-factor-roles.server.ts';
import { createSessionKeeper } from './session-limits.server.ts';
import { createSessions, type SessionOptions, type Sessions } from './sessions.server.ts';
import { createWithheldReader } from './withheld.server.ts';

/** Everything about access that holds state; one a process, handed to routes and sockets. */
export interface Auth {
  readonly baseUrl: string;
  readonly sessions: Sessions;
  /** Null for a key that is unknown, revoked or expired. */
  viewerOfKey(key: string): Promise<Viewer | null>;
  /** What became of a key that opens nothing. */
  endOfKey(key: string): Promise<KeyEnd>;
  /** What an administrator took from a role. */
  withheldOf(role: Role): Promise<readonly Permission[]>;
  /** What keys and roles may is looked up anew at the next call. */
  forgetAccess(): void;
  /** API calls of one key or person, 100 a second in this process. */
  readonly calls: RateLimiterMemory;
  /** Requests of one key, person or address, across processes. */
  readonly requests: RequestCounts;
  /** Test messages of one key or person, 10 a minute, across processes. */
  readonly testSends: RateLimiterPostgres;
  /** Failed sign-ins, across processes, by what they are counted under. */
  readonly failures: Record<
    'pair' | 'address' | 'account' | 'trickle' | 'browser' | 'own' | 'code' | 'codes' | 'oidc',
    RateLimiterPostgres
  >;
  /** Mails to those who forgot their password, across processes, by who asks and by account. */
  readonly forgotten: Record<'address' | 'account', RateLimiterPostgres>;
  /** Does the session still hold? See session-limits.server.ts. */
  readonly keepSession: ReturnType<typeof createSessionKeeper>;
  readonly knownBrowsers: KnownBrowsers;
  readonly firstSteps: FirstSteps;
  readonly secondFactorRoles: SecondFactorRoles;
  /** The company's provider; null where there is none. */
  readonly oidc: Oidc | null;
  readonly passwordChecks: PasswordChecks;
}

export function createAuth(db: Database, options: SessionOptions): Auth {
  const store = { storeClient: db.pool, storeType: 'pool', tableName: 'sign_in_failures', tableCreated: true };
  const failures = (
    keyPrefix: string,
    points: number,
    duration: number,
    more: { blockDuration?: number; clearExpiredByTimeout?: boolean } = {},
  ) => new RateLimiterPostgres({ ...store, keyPrefix, points, duration, clearExpiredByTimeout: false, ...more });
  const withheldOf = createWithheldReader(db);
  const viewerOfKey = createKeyVerifier(db, withheldOf);
  return {
    baseUrl: options.baseUrl,
    sessions: createSessions(db.pool, options),
    viewerOfKey,
    endOfKey: viewerOfKey.end,
    withheldOf,
    forgetAccess: () => {
      withheldOf.forget();
      viewerOfKey.forget();
    },
    calls: new RateLimiterMemory({ points: 100, duration: 1 }),
    requests: createRequestCounts(db.pool),
    testSends: failures('test-message', 10, 60),
    failures: {
      // One account from one address: after 5 in a row wait a minute.
      pair: failures('account', 5, 600, { blockDuration: 60, clearExpiredByTimeout: true }),
      // One address, whatever account: after 50 in 10 minutes wait as long.
      address: failures('address', 50, 600),
      // One account, whatever address: after 20 in 15 minutes one try in 30 seconds.
      account: failures('everywhere', 20, 900),
      trickle: failures('trickle', 1, 30),
      // A browser that signed in before, instead of the three above.
      browser: failures('browser', 10, 300),
      // Somebody who is signed in and has to say the password again.
      own: failures('own', 5, 600),
      // Who knows the password and guesses codes, however often the password is said: of one account, or of a browser that passed the second step before.
      // In a day 20 of a million, of which three are right at a time.
      code: failures('code', 5, 900),
      codes: failures('codes', 20, 86_400),
      // Answers of the provider that came to nothing, from one address: each is asked about over there.
      oidc: failures('oidc', 50, 600),
    },
    forgotten: { address: failures('forgotten-from', 10, 3_600), account: failures('forgotten', 3, 3_600) },
    keepSession: createSessionKeeper(db),
    knownBrowsers: createKnownBrowsers(options.secret, options.baseUrl, options.formerSecret),
    firstSteps: createFirstSteps(options.secret, options.baseUrl, options.formerSecret),
    secondFactorRoles: createSecondFactorRoles(db),
    oidc: options.oidc ? createOidc(options.oidc, options) : null,
    passwordChecks: createPasswordChecks(),
  };
}

/** The token of `Authorization: Bearer TOKEN`, or null. */
export function bearerToken(headers: Headers): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}

/**
 * Who is asking: by API key where one is presented (a bad key is nobody, even beside a good cookie), else by session cookie.
 * For HTTP requests and, with `token`, for sockets (`auth: {token}`).
 *
 * @param used false where a program only looks whether access still holds: that keeps no session alive
 */
export async function currentViewer(
  auth: Auth,
  headers: Headers,
  token: string | null = bearerToken(headers),
  used = true,
): Promise<Viewer | null> {
  const viewer = await findViewer(auth, headers, token, used);
  if (viewer) known(viewer);
  else if (token !== null) refuse({ action: 'key.use', refused: 'The key is unknown, revoked or expired.' });
  return viewer;
}

async function findViewer(auth: Auth, headers: Headers, token: string | null, used: boolean): Promise<Viewer | null> {
  if (token !== null) return auth.viewerOfKey(token);
  const session = await viewerOfSession(auth, headers, used);
  return session && (await lacksSecondFactor(auth, session)) ? null : (session?.viewer ?? null);
}

/**
 * Who is signed in and lacks the second factor that their role asks for: they may set it up, or sign out, and to everything else they are
 * nobody. Null for everybody who lacks nothing.
 */
export async function unfinishedViewer(auth: Auth, headers: Headers): Promise<Viewer | null> {
  const session = await viewerOfSession(auth, headers, true);
  if (!session || !(await lacksSecondFactor(auth, session))) return null;
  known(session.viewer, false);
  return session.viewer;
}

interface ViewerSession {
  viewer: Viewer;
  /** Whoever the company's provider sent was asked there for what the company asks for. */
  via: string | null | undefined;
}

const lacksSecondFactor = async (auth: Auth, { viewer, via }: ViewerSession): Promise<boolean> =>
  via !== 'oidc' && (await auth.secondFactorRoles.lacks(viewer));

async function viewerOfSession(auth: Auth, headers: Headers, used: boolean): Promise<ViewerSession | null> {
  if (!headers.has('cookie')) return null;
  const session = await auth.sessions.api.getSession({ headers });
  if (!session || !(await auth.keepSession(session.session, used))) return null;
  const { id, name, email, role, banned } = session.user;
  // Disabling ends the sessions; one that began at that very moment opens nothing either.
  if (banned || !isRole(role)) return null;
  const withheld = await auth.withheldOf(role);
  const viewer: Viewer = { id, name, email, role, via: 'session', label: name || email, ...(withheld.length > 0 && { withheld }) };
  return { viewer, via: session.session.via };
}
