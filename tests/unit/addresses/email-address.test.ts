import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressSentence } from '#app/domain/addresses/address-reading.ts';
import { normaliseEmail, readEmail } from '#app/domain/addresses/email-address.ts';
import { readPhone } from '#app/domain/addresses/phone-number.ts';

describe('normaliseEmail', () => {
  test.each([
    ['ana@example.com', 'ana@example.com'],
    ['  Ana.Lopez+News@Example.COM\u00a0', 'ana.lopez+news@example.com'],
    ['mailto:ana@example.com', 'ana@example.com'],
    ['Ana Lopez <ana@shop.test>', 'ana@shop.test'],
    ['"Lopez, Ana" <ana@shop.test>', 'ana@shop.test'],
    ['<ana@shop.test>', 'ana@shop.test'],
    ['ana@münchen.example', 'ana@xn--mnchen-3ya.example'],
    ['ana@例え.テスト', 'ana@xn--r8jz45g.xn--zckzah'],
    ["o'hara@example.com", "o'hara@example.com"],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    ['\u200bana@example.com', 'ana@example.com'],
    ['\u2068ana@example.com\u2069', 'ana@example.com'],
    ['ana@exam\u00adple.com', 'ana@example.com'],
    ['a\u200dna\u2060@example.com\ufeff', 'ana@example.com'],
    ['ana\ufe0f@example.com\u3000', 'ana@example.com'],
    ['ａｎａ＠example．com', 'ana@example.com'],
    ['ana@example.com.', 'ana@example.com'],
    ['ana@example.com,', 'ana@example.com'],
    ['ana@example.com ; ', 'ana@example.com'],
    ['"ana@example.com"', 'ana@example.com'],
    ["'ana@example.com'", 'ana@example.com'],
    ["'ana@example.com", 'ana@example.com'],
    ['“ana@example.com”', 'ana@example.com'],
    ["'ana@example.com' <ana@example.com>", 'ana@example.com'],
    ['mailto:ana@example.com?subject=Hello%20there', 'ana@example.com'],
    ['mailto:ana%40example.com', 'ana@example.com'],
    ['<mailto:ana@example.com>', 'ana@example.com'],
    ['Ana <\u200eana@example.com>', 'ana@example.com'],
    ['ana@XN--MNCHEN-3YA.example', 'ana@xn--mnchen-3ya.example'],
    ['ana@пример.рф', 'ana@xn--e1afmkfd.xn--p1ai'],
    ['mailto://ana@example.com', 'ana@example.com'],
    ['mailto:ana%2Bnews@example.com', 'ana+news@example.com'],
    ['mailto:Ana%20%3Cana@example.com%3E', 'ana@example.com'],
    ['SMTP:Ana@example.com', 'ana@example.com'],
    ['E-Mail: ana@example.com', 'ana@example.com'],
    ['="ana@example.com"', 'ana@example.com'],
    ["''ana@example.com", 'ana@example.com'],
    ['(ana@example.com)', 'ana@example.com'],
    ['[ana@example.com]', 'ana@example.com'],
    ['<ana@example.com', 'ana@example.com'],
    ['ana@example.com (Ana Lopez)', 'ana@example.com'],
    ['(Lopez) ana@example.com', 'ana@example.com'],
    ['ana@example.com\u0085', 'ana@example.com'],
    ['\u0001ana@example.com\u001a', 'ana@example.com'],
  ])('%s is %s', (raw, address) => {
    expect(normaliseEmail(raw)).toBe(address);
  });

  test.each([
    '',
    'plain',
    '@example.com',
    'name@',
    'two@@example.com',
    'a b@example.com',
    'a@b',
    'dots..dots@example.com',
    '.dot@example.com',
    'dot.@example.com',
    'name@example..com',
    'name@-example.com',
    'name@example-.com',
    'name@192.168.0.1',
    'name@[192.168.0.1]',
    'name@example.com, other@example.com',
    'a@example.com, Bob <b@example.com>',
    '<script>@example.com',
    'a@exa\u0000mple.com',
    'a\r\nBcc: x@example.com',
    'a@münchen.example/path',
    'ana@example.com\u2709',
    'ana@\u24d4xample.com',
    'ana@example.c',
    'ana%20@example.com',
    'ana%2Bnews@example.com',
    'mailto:%E0%A4%A@example.com',
    'a@ex ample.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'a'.repeat(64)}.com`,
    `a@${'abcdefg.'.repeat(32)}com`,
  ])('%j is no address', (raw) => {
    expect(normaliseEmail(raw)).toBeNull();
  });

  test.each<[string, RegExp]>([
    ['', /^Enter/],
    [' \u200b\u00a0', /^Enter/],
    ['ana@example.com;bo@example.com', /more than one address/],
    ['ana@example.com bo@example.com', /more than one address/],
    ['ana@example.com / bo@example.com', /more than one address/],
    ['mailto:ana@example.com,bo@example.com', /more than one address/],
    ['ana@example.com <bo@example.com>', /more than one address/],
    ['a@example.com, Bob <b@example.com>', /more than one address/],
    ['ana @example.com', /blank inside/],
    // Without its blanks it would be somebody else's.
    ['Ana Lopez ana@example.com', /Keep only the address/],
    ['1. ana@example.com', /Keep only the address/],
    ['ana lopez@example.com', /Keep only the address/],
    ['ana@example.com Ana', /Keep only the address/],
    ['ana@example. com', /blank inside/],
    ['ana@ex\u0430mple.com', /two alphabets/],
    ['\u0430na@example.com', /^This is not an email address/],
    ['\u212Aim@example.com', /^This is not an email address/],
    ['ana(at)example.com', /^This is not an email address/],
    ['ana@example,com', /^This is not an email address/],
    ['ana', /^This is not an email address/],
  ])('%j: %s', (raw, words) => {
    const reading = readEmail(raw);
    expect(reading.address).toBeNull();
    expect(addressSentence('email', reading)).toMatch(words);
  });

  test.each(['. ', ' \u00a0', '<', '(', "'", '@', 'a@b.co,'])('a million of %j are no address, and are read once', (sign) => {
    expect(normaliseEmail(`a${sign.repeat(1_000_000)}@x`)).toBeNull();
    expect(readPhone(`1${sign.repeat(1_000_000)}x`).address).toBeNull();
  });

  test('what it gives is its own normal form, one line, lower case', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.string({ unit: 'binary' }),
          fc.tuple(fc.string(), fc.domain()).map((parts) => parts.join('@')),
        ),
        (raw) => {
          const address = normaliseEmail(raw);
          if (address !== null) {
            expect(normaliseEmail(address)).toBe(address);
            expect(address).toMatch(/^[!-~]+@[a-z0-9.-]+$/);
            expect(address).toBe(address.toLowerCase());
          }
        },
      ),
    );
  });
});
