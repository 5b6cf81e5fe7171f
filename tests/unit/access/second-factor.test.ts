import { expect, test } from 'vitest';
import { groupedCode, groupedSecret, readCode } from '#app/domain/access/second-factor.ts';
import { forApps, newSeed, stepOf } from '#app/domain/access/second-factor-seed.server.ts';

const code = (digits: string) => ({ kind: 'code', code: digits });
const recovery = { kind: 'recovery', code: 'abcdefghjkmnpqr' };

// As people type, paste and dictate it, and as phones make of it.
test.each([
  ['123456', code('123456')],
  ['000000', code('000000')],
  ['123 456', code('123456')],
  [' 123456\n', code('123456')],
  ['123-456', code('123456')],
  ['123–456', code('123456')],
  ['123\u00a0456', code('123456')],
  ['\u200e123456\u200f', code('123456')],
  ['１２３４５６', code('123456')],
  ['12.34.56', code('123456')],
  ['12345', null],
  ['1234567', null],
  ['12345a', null],
  ['', null],
  ['-1.2e5', null],
  ['١٢٣٤٥٦', null],
  ['abcde-fghjk-mnpqr', recovery],
  ['ABCDE FGHJK MNPQR', recovery],
  ['abcdefghjkmnpqr', recovery],
  ['abcde—fghjk—mnpqr', recovery],
  ['abcde-fghjk-mnpq', null],
  ['abcde-fghjk-mnpq0', null],
  ['abcde-fghjk-mnpql', null],
  ['x'.repeat(100_000), null],
  ["' or 1=1 --", null],
])('%j is read as %j', (typed, read) => {
  expect(readCode(typed)).toEqual(read);
});

// RFC 6238, appendix B, with the last six of eight digits.
const rfc = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
test.each([
  [59, '287082', 1],
  [1_111_111_109, '081804', 37_037_036],
  [1_111_111_111, '050471', 37_037_037],
  [1_234_567_890, '005924', 41_152_263],
  [2_000_000_000, '279037', 66_666_666],
  [20_000_000_000, '353130', 666_666_666],
])('at %d s the code is %s', (seconds, right, step) => {
  const at = (offset: number) => stepOf(rfc, right, (seconds + offset) * 1_000);
  expect(at(0)).toBe(step);
  // A clock that is wrong by a step either way, and not by two.
  for (const offset of [-30, 30]) expect(at(offset)).toBe(step);
  for (const offset of [-60, 60, 86_400]) expect(at(offset)).toBeNull();
});

// Apps read the name up to a colon, take "+" for a space or not, and some stop at a space.
test.each([
  ['ana@example.com', 'https://rollcall.example.com', 'Rollcall%20(rollcall.example.com):ana%40example.com'],
  ['ana+team@example.com', 'https://rollcall.example.com:8443', 'Rollcall%20(rollcall.example.com):ana%2Bteam%40example.com'],
  ['"a:b"@example.com', 'http://localhost:3000', 'Rollcall%20(localhost):%22a%20b%22%40example.com'],
  ['ana@example.com', 'http://[::1]:3000', 'Rollcall%20(%5B..1%5D):ana%40example.com'],
])('an app is told of %s at %s', (email, baseUrl, label) => {
  const seed = newSeed();
  expect(seed).toMatch(/^[A-Z2-7]{32}$/);
  const { uri, secret, qr } = forApps(seed, email, baseUrl);
  expect(uri).toMatch(new RegExp(`^otpauth://totp/${label.replace(/[.()[\]]/g, '\\$&')}\\?`));
  expect(uri).not.toContain('+');
  expect(secret).toBe(seed);
  const parameters = new URL(uri).searchParams;
  expect(Object.fromEntries(parameters)).toMatchObject({ secret: seed, algorithm: 'SHA1', digits: '6', period: '30' });
  expect(parameters.get('issuer')).toBe(decodeURIComponent(label.split(':')[0] as string));
  expect(qr.path).toMatch(/^(M\d+ \d+h1v1h-1z)+$/);
});

test('what is typed by hand is written in groups', () => {
  expect(groupedCode('abcdefghjkmnpqr')).toBe('abcde-fghjk-mnpqr');
  expect(groupedSecret('ABCDEFGH')).toBe('ABCD EFGH');
});
