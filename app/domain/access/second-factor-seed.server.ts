import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { Secret, TOTP } from 'otpauth';
import { encode } from 'uqr';
import type { Auth } from './auth.server.ts';

/** Bytes; RFC 4226 wants 16 and recommends 20. */
const SEED_BYTES = 20;
/** s; every app can do these and no others: six digits of SHA-1 each half minute. */
const PERIOD_S = 30;
/** Steps that a clock may be wrong by, either way. */
const DRIFT = 1;

export const newSeed = (): string => new Secret({ size: SEED_BYTES }).base32;

/** Encrypted as it stands in the database, for this account (or a session of it) only: put into another's row it opens nothing. */
export async function sealSeed(auth: Auth, owner: string, seed: string): Promise<string> {
  const { secretConfig } = await auth.sessions.$context;
  return symmetricEncrypt({ key: secretConfig, data: `${owner} ${seed}` });
}

/** Null where it cannot be read: it was sealed with a secret that is gone, or for somebody else. */
export async function openSeed(auth: Auth, owner: string, sealed: string): Promise<string | null> {
  const { secretConfig } = await auth.sessions.$context;
  const text = await symmetricDecrypt({ key: secretConfig, data: sealed }).catch(() => null);
  const [sealedFor, seed] = text?.split(' ') ?? [];
  return sealedFor === owner ? (seed ?? null) : null;
}

/** The time step that the code is of; null where it is of none that is near. */
export function stepOf(seed: string, code: string, now = Date.now()): number | null {
  const delta = new TOTP({ secret: Secret.fromBase32(seed), period: PERIOD_S }).validate({ token: code, window: DRIFT, timestamp: now });
  return delta === null ? null : Math.floor(now / 1000 / PERIOD_S) + delta;
}

/** What an app reads, as a link and as the squares of a QR code. */
export function forApps(seed: string, email: string, baseUrl: string) {
  // Apps keep accounts apart by both names; a colon in one of them is not allowed.
  const issuer = `Rollcall (${new URL(baseUrl).hostname.replaceAll(':', '.')})`;
  const uri = new TOTP({ issuer, label: email.replaceAll(':', ' '), secret: Secret.fromBase32(seed), period: PERIOD_S }).toString();
  const { data, size } = encode(uri, { ecc: 'M', border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return { secret: seed, uri, qr: { path, size } };
}
