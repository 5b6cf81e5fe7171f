import { plainText } from '../addresses/plain-text.ts';
import { searchPrefixes, withoutLonger } from '../addresses/search-prefixes.ts';

/**
 * What the ledger's addresses begin with where a person is looked for: as an email address ("Ana <ANA@example.com>" too) and as a number,
 * read both as international and as national of the countries that `samples` are from. None is the beginning of another.
 *
 * @param samples numbers in E.164
 */
export function personPrefixes(q: string, samples: readonly string[]): string[] {
  return withoutLonger([...searchPrefixes('email', q), ...searchPrefixes('sms', q, samples)]);
}

/** Can it be a number, or its beginning? */
export const mayBeNumber = (q: string) => /\p{Nd}/u.test(plainText(q));
