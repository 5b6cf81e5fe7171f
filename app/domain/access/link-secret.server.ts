import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes that open something once, and what is kept of them. */
export function newLinkSecret(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashOfLink(token) };
}

export function hashOfLink(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Could it be one of ours? Others need no look into the database. */
export function isLinkToken(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

/** Where the link leads; the page takes the secret out of the address at once. */
export function linkUrl(baseUrl: string, token: string): string {
  return new URL(`/access/${token}`, baseUrl).href;
}

/** By which the first administrator makes themself. */
export function setupUrl(baseUrl: string, token: string): string {
  return new URL(`/setup/${token}`, baseUrl).href;
}
