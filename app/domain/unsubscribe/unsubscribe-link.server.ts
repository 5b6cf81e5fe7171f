import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from '#db/database.ts';
import { keptSecret } from '../access/secrets.server.ts';

/** Whose link it is. */
export interface UnsubscribeLink {
  campaignId: number;
  recipientId: number;
  /** The recipient's round in which the message was sent: tells what address it went to. Without it, the first. */
  round?: number;
}

/** In the link of a preview or a test message, which belongs to nobody. */
export const TEST_TOKEN = 'test';

/** 128 bits cannot be guessed, and keep the link short. */
const SIGNATURE_BYTES = 16;

function signature(secret: string, ids: string): Buffer {
  return createHmac('sha256', secret).update(`unsubscribe ${ids}`).digest().subarray(0, SIGNATURE_BYTES);
}

/** Ids and a signature, no address: what stands in a URL ends up in logs. */
export function unsubscribeToken(secret: string, { campaignId, recipientId, round }: UnsubscribeLink): string {
  const ids = [campaignId, recipientId, ...(round ? [round] : [])].map((id) => id.toString(36)).join('.');
  return `${ids}.${signature(secret, ids).toString('base64url')}`;
}

/** Null for a token that was not made here. */
export function readUnsubscribeToken(secret: string, token: string): UnsubscribeLink | null {
  const match = /^(([0-9a-z]{1,11})\.([0-9a-z]{1,11})(?:\.([0-9a-z]{1,3}))?)\.([\w-]{22})$/.exec(token);
  if (!match) return null;
  const [, ids = '', campaign = '', recipient = '', round, signed = ''] = match;
  const given = Buffer.from(signed, 'base64url');
  const made = signature(secret, ids);
  if (given.length !== made.length || !timingSafeEqual(given, made)) return null;
  const link = {
    campaignId: Number.parseInt(campaign, 36),
    recipientId: Number.parseInt(recipient, 36),
    ...(round === undefined ? {} : { round: Number.parseInt(round, 36) }),
  };
  return Number.isSafeInteger(link.campaignId) && Number.isSafeInteger(link.recipientId) ? link : null;
}

export const unsubscribeSecret = (db: Database): Promise<string> => keptSecret(db, 'unsubscribe');

/** Makes each recipient's link, which stays valid for good. The secret is read once, when it is first needed. */
export function unsubscribeLinks(db: Database, baseUrl: string): () => Promise<(link: UnsubscribeLink) => string> {
  let secret: string | undefined;
  return async () => {
    const key = secret ?? (await unsubscribeSecret(db));
    secret = key;
    return (link) => `${baseUrl}/u/${unsubscribeToken(key, link)}`;
  };
}

/** The link in a test message: it opens a page that says so. */
export function testUnsubscribeUrl(baseUrl: string): string {
  return `${baseUrl}/u/${TEST_TOKEN}`;
}

/** What mail programs show a button for, and press without asking (RFC 8058). */
export function unsubscribeHeaders(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}
