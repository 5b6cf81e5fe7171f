import { createCipheriv } from 'node:crypto';

const BLOCK_BYTES = 16;

/**
 * AES-256-CMAC (NIST SP 800-38B, as RFC 4493) of messages of exactly one block: what the block cipher makes of the message and the first subkey.
 * One cipher is kept for all of them; an HMAC of Node's is made anew for each message, and costs a twentieth of a worker's time.
 *
 * @param key 32 bytes
 * @returns the code of 16 bytes, of a message of 16
 * @throws RangeError where the key or a message has another length
 */
export function oneBlockCmac(key: Buffer): (block: Buffer) => Buffer {
  // Each block by itself (ECB) is what CMAC asks of its cipher; nothing is encrypted by it.
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  const subkey = doubled(cipher.update(Buffer.alloc(BLOCK_BYTES)));
  const mixed = Buffer.alloc(BLOCK_BYTES);
  return (block) => {
    if (block.length !== BLOCK_BYTES) throw new RangeError(`a message has ${BLOCK_BYTES} bytes, not ${block.length}`);
    for (let i = 0; i < BLOCK_BYTES; i++) mixed[i] = (block[i] as number) ^ (subkey[i] as number);
    return cipher.update(mixed);
  };
}

/** In the field of 2^128 elements: one bit to the left, and 0x87 where one falls out. */
function doubled(block: Buffer): Buffer {
  const shifted = block.map((byte, i) => ((byte << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff);
  if ((block[0] as number) & 0x80) shifted[BLOCK_BYTES - 1] = (shifted[BLOCK_BYTES - 1] as number) ^ 0x87;
  return Buffer.from(shifted);
}
