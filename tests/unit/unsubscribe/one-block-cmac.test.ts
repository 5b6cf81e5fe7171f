import { expect, test } from 'vitest';
import { oneBlockCmac } from '#app/domain/unsubscribe/one-block-cmac.server.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

const key = hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
const counted = '000102030405060708090a0b0c0d0e0f';
// The first is NIST SP 800-38B's example for AES-256; the others are what OpenSSL says, with and without a bit that falls out of the subkey.
test.each([
  [key, '6bc1bee22e409f96e93d7e117393172a', '28a7023f452e8f82bd4bf28d8c37c35c'],
  [hex('00'.repeat(32)), counted, 'ca70df346a16110c0443acae0cad1598'],
  [hex('01'.repeat(32)), counted, 'd38e519aac9e8af4240d19dabd5be050'],
  [hex('02'.repeat(32)), counted, '02f7f8e1d38c7bee3f0468085a8d5fbf'],
  [hex('ff'.repeat(32)), counted, 'f6682ced1052f0e578946e32a1716b4f'],
])('the code of one block (%#)', (key, block, code) => {
  const cmac = oneBlockCmac(key);
  // Also the second time: a cipher that is kept keeps nothing of what it had.
  for (let times = 2; times > 0; times--) expect(cmac(hex(block)).toString('hex')).toBe(code);
});

test('nothing but one block, by a key of 32 bytes', () => {
  expect(() => oneBlockCmac(key)(Buffer.alloc(15))).toThrow(RangeError);
  expect(() => oneBlockCmac(key)(Buffer.alloc(32))).toThrow(RangeError);
  expect(() => oneBlockCmac(Buffer.alloc(16))).toThrow(RangeError);
});
