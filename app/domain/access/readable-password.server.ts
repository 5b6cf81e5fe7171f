import { randomInt } from 'node:crypto';

// No letters or digits that look alike; 20 of 31 symbols are 99 bits.
const symbols = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password that can be read out and typed: "qwert-yupas-dfghj-kzxcv". */
export function readablePassword(): string {
  const group = () => Array.from({ length: 5 }, () => symbols[randomInt(symbols.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
