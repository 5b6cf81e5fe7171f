import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** What stands in the database encrypted begins so; no secret of ours does. */
const MARK = 'sealed:';
const VERSION = 1;
const KEY_BYTES = 32;
const [ID_BYTES, IV_BYTES, TAG_BYTES] = [4, 12, 16];

/** A sentence for whoever runs Rollcall: why a secret in the database cannot be read, and what to do. Nothing was changed. */
export class SealProblem extends Error {
  override name = 'SealProblem';
}

/**
 * Secrets that the database keeps, encrypted by a key that it does not have (SECRETS_KEY). AES-256-GCM; a value is bound to its place, so that
 * one that is moved to another row is not read there.
 */
export interface Seals {
  /** Is there a key? Without one, secrets stand in the clear. */
  readonly active: boolean;
  /** @param place table and row: "webhook_endpoints 12" */
  seal(secret: string, place: string): string;
  /** What stands in the clear comes back as it is. @throws SealProblem */
  open(stored: string, place: string): string;
  /** Is it as `seal` would leave it now: encrypted by the current key, or in the clear where there is none? */
  isCurrent(stored: string): boolean;
}

export const isSealed = (stored: string): boolean => stored.startsWith(MARK);

/**
 * A key as people write it: 32 bytes in Base64 (also the kind for URLs) or as 64 hexadecimal digits. Null for anything else, so that a password,
 * a key that lost a letter or one that was encoded twice is told before it encrypts anything.
 */
export function readSecretsKey(text: string): Buffer | null {
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^([\w-]{43}|[A-Za-z\d+/]{43})=?$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? key : null;
}

/** @param old is read, too, while values that it encrypted are encrypted anew */
export function createSeals(current?: Buffer, old?: Buffer): Seals {
  const keys = new Map([old, current].filter((key) => key !== undefined).map((key) => [idOf(key).toString('hex'), key]));
  return {
    active: current !== undefined,
    seal(secret, place) {
      if (!current) return secret;
      const head = Buffer.concat([Buffer.of(VERSION), idOf(current)]);
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(head, place));
      const parts = [head, iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return MARK + Buffer.concat(parts).toString('base64url');
    },
    open(stored, place) {
      if (!isSealed(stored)) return stored;
      const bytes = Buffer.from(stored.slice(MARK.length), 'base64url');
      if (bytes[0] !== VERSION)
        throw new SealProblem(`${secretAt(place)} was encrypted by a newer version of Rollcall. Start that version.`);
      const head = bytes.subarray(0, 1 + ID_BYTES);
      const key = keys.get(head.subarray(1).toString('hex'));
      if (!key) throw new SealProblem(noKey(place, current !== undefined));
      const iv = bytes.subarray(head.length, head.length + IV_BYTES);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
        decipher.setAAD(boundTo(head, place));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return decipher.update(bytes.subarray(head.length + IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw new SealProblem(
          `${secretAt(place)} is damaged, or was put there by somebody else: it is not what Rollcall wrote. Restore the database, or let "npm run secrets -- --forget" make a new one.`,
        );
      }
    },
    isCurrent: (stored) =>
      current
        ? isSealed(stored) &&
          Buffer.from(stored.slice(MARK.length), 'base64url')
            .subarray(1, 1 + ID_BYTES)
            .equals(idOf(current))
        : !isSealed(stored),
  };
}

/** For a database whose secrets stand in the clear. */
export const noSeals: Seals = createSeals();

/** Tells keys apart, and nothing about them. */
const idOf = (key: Buffer): Buffer => createHash('sha256').update('rollcall key id').update(key).digest().subarray(0, ID_BYTES);

const boundTo = (head: Buffer, place: string): Buffer => Buffer.concat([head, Buffer.from(`rollcall ${place}`)]);

const secretAt = (place: string) => `A secret in the database (${place})`;

function noKey(place: string, hasKey: boolean): string {
  const what = hasKey
    ? `${secretAt(place)} is encrypted with another key than SECRETS_KEY. If you changed the key, set SECRETS_KEY_OLD to the one before; else set SECRETS_KEY back to it.`
    : `${secretAt(place)} is encrypted, and SECRETS_KEY is not set. Set it to the key that the other processes have.`;
  return `${what} "npm start" keeps its own in the file secrets-key in DATA_DIR. Nothing was changed. Where the key is lost for good: docs/operations.md, "A lost key".`;
}
