import { randomInt } from 'node:crypto';

// No letters or digits that look alike; 20 of 31 symbols are 99 bits.
const symbols = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Letters and digits that can be read out and typed. */
export function readableSecret(length: number): string {
  return Array.from({ length }, () => symbols[randomInt(symbols.length)]).join('');
}

/** A password that can be read out and typed: "qwert-yupas-dfghj-kzxcv". */
export function readablePassword(): string {
  return Array.from({ length: 4 }, () => readableSecret(5)).join('-');
}
