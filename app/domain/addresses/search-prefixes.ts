import { AsYouType, type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Channel } from '../channel.ts';
import { normaliseEmail } from './email-address.ts';
import { readPhone, writtenNumber } from './phone-number.ts';
import { plainText } from './plain-text.ts';

/**
 * What the addresses looked for begin with, as the ledger spells them: lower case for email; for numbers E.164, read as international and as
 * national of the countries that `samples`, numbers of the same list, are from. What an import would take is found in any spelling; so is the
 * beginning of a number. Empty where nothing can match; none is the beginning of another.
 */
export function searchPrefixes(channel: Channel, q: string, samples: readonly string[] = []): string[] {
  const text = plainText(q).replaceAll('\0', '');
  if (channel === 'email') return text === '' ? [] : [normaliseEmail(text) ?? text.toLowerCase()];
  const number = writtenNumber(text.slice(0, 200));
  if (number === '+') return ['+'];
  if (!/\d/.test(number) || /[^\d\s()[\]+./\-\u2010-\u2015\u2212]/.test(number)) return [];
  const countries = new Set<CountryCode>(['US', ...samples.flatMap((sample) => parsePhoneNumberFromString(sample)?.country ?? [])]);
  return withoutLonger([...wholeNumbers(number, countries), ...begunNumbers(number, countries)]);
}

/** None may begin with another, or the list would show the same recipients twice. */
export function withoutLonger(prefixes: readonly string[]): string[] {
  const all = [...new Set(prefixes)];
  return all.filter((prefix) => !all.some((other) => other !== prefix && prefix.startsWith(other)));
}

function wholeNumbers(number: string, countries: ReadonlySet<CountryCode>): string[] {
  return [...countries].flatMap((country) =>
    (['national', 'international'] as const).flatMap((bare) => readPhone(number, { country, bare }).address ?? []),
  );
}

function begunNumbers(number: string, countries: ReadonlySet<CountryCode>): string[] {
  // The zero of "+44 (0)20" is dialled inside the country only.
  const text = number.replace(/^(\(?\s*(?:\+|00|011)[\d\s.)-]{1,9})[([]\s*0\s*[)\]]/, '$1');
  const digits = text.replace(/\D/g, '');
  const abroad = /^\D*\+/.test(text) ? digits : digits.startsWith('00') ? digits.slice(2) : null;
  if (abroad !== null) return [`+${abroad}`, ...begun(`+${abroad}`)];
  const dialled = digits.startsWith('011') ? begun(`+${digits.slice(3)}`) : [];
  return [`+${digits}`, ...dialled, ...[...countries].flatMap((country) => begun(digits, country))];
}

function begun(digits: string, country?: CountryCode): string[] {
  const typed = new AsYouType(country);
  typed.input(digits);
  const value = typed.getNumberValue();
  // A country's code alone is everybody there.
  return value !== undefined && /^\+\d{2}/.test(value) ? [value] : [];
}
