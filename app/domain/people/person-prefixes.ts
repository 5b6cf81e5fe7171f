import { normaliseEmail } from '../contacts/email-address.ts';
import { plainText } from '../contacts/plain-text.ts';
import { searchPrefixes } from '../recipients/search-prefixes.ts';

/**
 * What the ledger's addresses begin with where a person is looked for: as an email address ("Ana <ANA@example.com>" too) and as a number,
 * read both as international and as national of the countries that `samples` are from. None is the beginning of another.
 *
 * @param samples numbers in E.164
 */
export function personPrefixes(q: string, samples: readonly string[]): string[] {
  const text = plainText(q).replaceAll('\0', '');
  if (text === '') return [];
  const number = text.replace(/^tel:/i, '').replaceAll(/[\u00a0\u2000-\u200f\u2010-\u2015\u202f]/g, ' ');
  const prefixes = new Set([
    normaliseEmail(text) ?? text.toLowerCase(),
    ...[null, ...samples].flatMap((sample) => searchPrefixes('sms', number, sample)),
  ]);
  return [...prefixes].filter((prefix) => ![...prefixes].some((other) => other !== prefix && prefix.startsWith(other)));
}
