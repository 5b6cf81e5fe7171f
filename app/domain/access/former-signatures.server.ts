import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { BetterAuthPlugin } from 'better-auth';
import { createAuthMiddleware } from 'better-auth/api';
import type { Pool } from 'pg';
import { sessionCookiePrefix } from './cookies.server.ts';
import { hashOfToken } from './hashed-tokens.server.ts';

/**
 * better-auth encrypts with the first of `secrets` and reads with whichever a value names; one that names none is of a time when there was one
 * secret only. A secret's number is made of the secret itself, so that processes and starts agree on it.
 */
export function secretsOf(secret: string, formerSecret: string | null) {
  const numbered = (value: string) => ({
    version: Number.parseInt(createHash('sha256').update(value).digest('hex').slice(0, 12), 16),
    value,
  });
  return {
    secrets: [numbered(secret), ...(formerSecret === null ? [] : [numbered(formerSecret)])],
    secret: formerSecret ?? secret,
  };
}

/** Of a session, whose cookie had another prefix once. */
const SESSION = '.session_token';
const [NAME, FORMER_NAME] = [`${sessionCookiePrefix(true)}${SESSION}`, `__Secure-rollcall${SESSION}`];
const named = (name: string) => new RegExp(`(^|;\\s*)${name.replace('.', '\\.')}=([^;]*)`);
const PRESENT = named(NAME);
const FORMER = named(FORMER_NAME);

/**
 * A session that began while its cookie had the former name goes on until it ends. One that began later is not taken under that name, which a
 * neighbour may set as well: nobody is signed in to another's account by it.
 */
async function withPresentName(pool: Pool, cookie: string): Promise<string> {
  const given = PRESENT.test(cookie) ? null : FORMER.exec(cookie);
  if (!given) return cookie;
  const token = decode(given[2] ?? '').split('.')[0] ?? '';
  const { rowCount } = await pool.query('select from app_sessions where token = $1 and former_cookie', [hashOfToken(token)]);
  return rowCount ? cookie.replace(FORMER, `$1${NAME}=$2`) : cookie;
}

/**
 * Cookies that the former secret signed count as if the current one had: better-auth knows one secret for signatures. Who is signed in stays so
 * when the secret changes, as long as both are known.
 */
export function formerSignatures(pool: Pool, former: string | null, current: string, secure: boolean) {
  return {
    id: 'former-signatures',
    hooks: {
      before: [
        {
          matcher: ({ headers }) => (former !== null || secure) && Boolean(headers?.get('cookie')),
          handler: createAuthMiddleware(async ({ headers }) => {
            const given = headers?.get('cookie');
            if (!given) return;
            const cookie = secure ? await withPresentName(pool, given) : given;
            if (former === null) return { context: { headers: new Headers({ cookie }) } };
            const signedAnew = cookie.replace(/=([^;]+)/g, (whole, value: string) => {
              const anew = signAnew(value.trim(), former, current);
              return anew === null ? whole : `=${anew}`;
            });
            return { context: { headers: new Headers({ cookie: signedAnew }) } };
          }),
        },
      ],
    },
  } satisfies BetterAuthPlugin;
}

const signatureOf = (value: string, secret: string) => createHmac('sha256', secret).update(value).digest();

/** A cookie's value is what was signed, a dot and the signature in Base64, all of it encoded for an address. Null for what the former did not sign. */
function signAnew(encoded: string, former: string, current: string): string | null {
  const decoded = decode(encoded);
  const dot = decoded.lastIndexOf('.');
  const given = Buffer.from(decoded.slice(dot + 1), 'base64');
  const right = signatureOf(decoded.slice(0, dot), former);
  if (dot < 1 || given.length !== right.length || !timingSafeEqual(given, right)) return null;
  const value = decoded.slice(0, dot);
  return encodeURIComponent(`${value}.${signatureOf(value, current).toString('base64')}`);
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
}
