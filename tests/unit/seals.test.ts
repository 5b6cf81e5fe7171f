import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSeals, isSealed, noSeals, readSecretsKey, SealProblem } from '#db/seals.ts';

const [key, other] = [randomBytes(32), randomBytes(32)];
const seals = createSeals(key);
const place = 'webhook_endpoints 7';

describe('a key', () => {
  const base64 = key.toString('base64');
  test.each([
    ['Base64, as openssl prints it', base64],
    ['Base64 without its padding', base64.replace('=', '')],
    ['Base64 for URLs', key.toString('base64url')],
    ['hexadecimal digits', key.toString('hex')],
    ['the same in capitals', key.toString('hex').toUpperCase()],
  ])('is read from %s', (_, text) => {
    expect(readSecretsKey(text)).toEqual(key);
  });
  test.each([
    ['encoded twice, as a Kubernetes secret of a secret', Buffer.from(base64).toString('base64')],
    ['of 24 bytes', randomBytes(24).toString('base64')],
    ['of 33 bytes', randomBytes(33).toString('base64')],
    ['that lost a letter', base64.slice(1)],
    ['that lost a digit', key.toString('hex').slice(1)],
    ['in quotes', `"${base64}"`],
    ['two of them', `${base64},${base64}`],
    ['a sentence of 43 letters', 'the quick brown fox jumps over the lazy dog'],
    ['nothing', ''],
  ])('is refused where it is %s', (_, text) => {
    expect(readSecretsKey(text)).toBeNull();
  });
});

describe('a secret', () => {
  test.each(['whsec_aGFyYm91cg==', '', 'ü 漢字 🔑', 'x'.repeat(10_000)])('comes back as it was: %.20s', (secret) => {
    const stored = seals.seal(secret, place);
    expect(stored).toMatch(/^sealed:[\w-]+$/);
    expect(seals.open(stored, place)).toBe(secret);
  });

  test('never looks the same twice, nor shows itself', () => {
    const [one, two] = [seals.seal('lantern-of-the-harbour', place), seals.seal('lantern-of-the-harbour', place)];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.slice(7), 'base64url').toString('latin1')).not.toContain('lantern');
  });

  test('tells nothing of the key but a mark of it', () => {
    const bytes = Buffer.from(seals.seal('', place).slice(7), 'base64url');
    expect(bytes.subarray(0, 5)).toEqual(
      Buffer.concat([Buffer.of(1), createHash('sha256').update('rollcall key id').update(key).digest().subarray(0, 4)]),
    );
  });

  test('in the clear is read as it stands, with a key and without', () => {
    for (const one of [seals, noSeals]) expect(one.open('whsec_clear', place)).toBe('whsec_clear');
    expect(noSeals.seal('whsec_clear', place)).toBe('whsec_clear');
    expect([noSeals.isCurrent('whsec_clear'), seals.isCurrent('whsec_clear'), isSealed('whsec_clear')]).toEqual([true, false, false]);
  });

  test('of the key before is read beside the current one, and known for it', () => {
    const stored = seals.seal('a secret', place);
    const after = createSeals(other, key);
    expect(after.open(stored, place)).toBe('a secret');
    expect([seals.isCurrent(stored), after.isCurrent(stored)]).toEqual([true, false]);
    expect(createSeals(key, key).isCurrent(stored)).toBe(true);
  });
});

describe('what cannot be read is told', () => {
  const stored = seals.seal('a secret of the harbour', place);
  const changed = (at: number) => {
    const bytes = Buffer.from(stored.slice(7), 'base64url');
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    return `sealed:${bytes.toString('base64url')}`;
  };
  test.each([
    ['without a key', noSeals, stored, place, /is encrypted, and SECRETS_KEY is not set/],
    ['with another key', createSeals(other), stored, place, /another key than SECRETS_KEY.*SECRETS_KEY_OLD.*Nothing was changed/],
    ['with two other keys', createSeals(other, randomBytes(32)), stored, place, /another key than SECRETS_KEY/],
    ['in another row', seals, stored, 'webhook_endpoints 8', /is damaged, or was put there by somebody else/],
    ['in another table', seals, stored, 'app_secrets 7', /is damaged/],
    ['with a changed letter', seals, changed(20), place, /is damaged/],
    ['with another nonce', seals, changed(6), place, /is damaged/],
    ['with another tag', seals, changed(-1), place, /is damaged/],
    ['cut off', seals, stored.slice(0, 40), place, /is damaged/],
    ['cut off in its head', seals, stored.slice(0, 10), place, /another key/],
    ['of a version to come', seals, changed(0), place, /newer version/],
    ['of nothing but its mark', seals, 'sealed:', place, /newer version/],
  ])('%s', (_, reader, text, where, words) => {
    expect(() => reader.open(text, where)).toThrow(SealProblem);
    expect(() => reader.open(text, where)).toThrow(words);
  });
});
