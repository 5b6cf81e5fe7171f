import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from '#db/database.ts';
import { keptSecret } from '../access/secrets.server.ts';
import type { Channel } from '../channel.ts';
import { oneBlockCmac } from './one-block-cmac.server.ts';

/** Whose link it is. */
export interface UnsubscribeLink {
  campaignId: number;
  recipientId: number;
  /** The recipient's round in which the message was sent: tells what address it went to. Without it, the first. */
  round?: number;
}

/** In the link of a preview or a test message, which belongs to nobody. */
export const TEST_TOKEN = 'test';

/** Ids and a signature, no address: what stands in a URL ends up in logs. */
type Sign = (link: UnsubscribeLink) => string;

/** 128 bits cannot be guessed, and keep the link short. */
const SIGNATURE_BYTES = 16;

function idsOf({ campaignId, recipientId, round }: UnsubscribeLink): string {
  const ids = `${campaignId.toString(36)}.${recipientId.toString(36)}`;
  return round ? `${ids}.${round.toString(36)}` : ids;
}

function byHmac(secret: string): Sign {
  return (link) => {
    const ids = idsOf(link);
    const signature = createHmac('sha256', secret).update(`unsubscribe ${ids}`).digest().subarray(0, SIGNATURE_BYTES);
    return `${ids}.${signature.toString('base64url')}`;
  };
}

function byCmac(secret: string): Sign {
  const cmac = oneBlockCmac(createHmac('sha256', secret).update('unsubscribe links, AES-CMAC').digest());
  const block = Buffer.alloc(SIGNATURE_BYTES);
  return (link) => {
    block.writeUIntBE(Math.floor(link.campaignId / 2 ** 32), 0, 3);
    block.writeUInt32BE(link.campaignId % 2 ** 32, 3);
    block.writeUIntBE(Math.floor(link.recipientId / 2 ** 32), 7, 3);
    block.writeUInt32BE(link.recipientId % 2 ** 32, 10);
    block.writeUInt16BE(link.round ?? 0, 14);
    return `${idsOf(link)}.${cmac(block).toString('base64url')}`;
  };
}

/**
 * How a channel's links are signed. Emails have one each, so by what costs least; those that went out before this came have the other, and stay valid.
 * Texts keep that: whether one was sent is looked up by its words, in which the link stands.
 */
const signing: Record<Channel, (secret: string) => Sign> = { email: byCmac, sms: byHmac };

/** @param channel of the message that the link stands in */
export const unsubscribeToken = (secret: string, link: UnsubscribeLink, channel: Channel): string => signing[channel](secret)(link);

/** Null for a token that was not made here. */
export function readUnsubscribeToken(secret: string, token: string): UnsubscribeLink | null {
  const match = /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})(?:\.([0-9a-z]{1,3}))?\.[\w-]{22}$/.exec(token);
  if (!match) return null;
  const [campaignId = 0, recipientId = 0, round] = match.slice(1).flatMap((id) => (id === undefined ? [] : [Number.parseInt(id, 36)]));
  if (!Number.isSafeInteger(campaignId) || !Number.isSafeInteger(recipientId)) return null;
  const link = { campaignId, recipientId, ...(round !== undefined && { round }) };
  const given = Buffer.from(token);
  const made = Object.values(signing).map((by) => Buffer.from(by(secret)(link)));
  return made.some((one) => one.length === given.length && timingSafeEqual(one, given)) ? link : null;
}

export const unsubscribeSecret = (db: Database): Promise<string> => keptSecret(db, 'unsubscribe');

/** Makes each recipient's link, which stays valid for good. The secret is read once, when it is first needed. */
export function unsubscribeLinks(db: Database, baseUrl: string, channel: Channel): () => Promise<(link: UnsubscribeLink) => string> {
  let sign: Sign | undefined;
  return async () => {
    sign ??= signing[channel](await unsubscribeSecret(db));
    const signed = sign;
    return (link) => `${baseUrl}/u/${signed(link)}`;
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
