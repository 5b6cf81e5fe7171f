import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseEmail } from '#app/domain/contacts/email-address.ts';

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
    'a@ex ample.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'a'.repeat(64)}.com`,
    `a@${'abcdefg.'.repeat(32)}com`,
  ])('%j is no address', (raw) => {
    expect(normaliseEmail(raw)).toBeNull();
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
