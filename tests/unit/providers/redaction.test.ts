import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '#app/providers/redaction.ts';

describe('redact', () => {
  it.each([
    ['Bearer SG.abc.def-ghi_jkl refused', 'Bearer [key] refused'],
    ['Authorization: Basic QUNhYmM6dG9rZW4=', 'Authorization: Basic [key]'],
    ['http://AC123:token@api.example.com/x', 'http://[key]@api.example.com/x'],
    ['/Accounts/AC0123456789abcdef0123456789abcdef/Messages', '/Accounts/AC[id]/Messages'],
    ['no mailbox <ann.lee+x@example.com>', 'no mailbox <[address]>'],
    ["The 'To' number +12025550143 is not valid", "The 'To' number [number] is not valid"],
    ['call (202) 555-0143 now', 'call [number] now'],
    ['two\nlines\u0000', 'two lines'],
    ['202.555.0143', '[number]'],
    ['ECONNREFUSED 127.0.0.1:443', 'ECONNREFUSED 127.0.0.1:443'],
  ])('turns %j into %j', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it('leaves none of the given secrets, plain, URL-encoded or in Base64', () => {
    const secret = fc.string({ minLength: 4, maxLength: 60, unit: fc.constantFrom(...'ghijkGHIJK_+/=&') });
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, key, after) => {
        for (const form of [key, encodeURIComponent(key), Buffer.from(key).toString('base64')]) {
          expect(redact(`${before} ${form} ${after}`, [key])).not.toContain(form);
        }
      }),
    );
  });

  it('is one line of at most 300 characters', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000, unit: 'binary' }), (text) => {
        const clean = redact(text);
        expect(clean.length).toBeLessThanOrEqual(300);
        for (const control of ['\n', '\r', '\u0000']) expect(clean).not.toContain(control);
      }),
    );
  });

  it('comes to an end over a megabyte made to cost time', () => {
    for (const unit of ['a', '1', '(', '1(', '//a:', 'a@', 'SG.', 'Basic ']) redact(unit.repeat(1_000_000 / unit.length));
  });
});
