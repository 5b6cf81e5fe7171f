import { AsYouType, type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Channel } from '../campaigns/campaign.ts';
import { plainText } from '../contacts/plain-text.ts';

/**
 * What the addresses looked for begin with, as the ledger spells them: lower case for email; for numbers E.164, read
 * both as international and as national of the country that `sample`, a number of the same list, is from.
 * Empty where nothing can match.
 */
export function searchPrefixes(channel: Channel, q: string, sample?: string | null): string[] {
  const text = plainText(q).replaceAll('\0', '');
  if (channel === 'email') return [text.toLowerCase()];

  if (/[^\d\s()+./-]/.test(text)) return [];
  // The zero of "+44 (0)20" is dialled inside the country only.
  const digits = text.replace(/^((?:\+|00)[\d\s.-]{1,6})\(0\)/, '$1').replace(/\D/g, '');
  if (digits === '') return text === '+' ? ['+'] : [];
  if (text.startsWith('+')) return [`+${digits}`];
  if (digits.startsWith('00')) return [`+${digits.slice(2)}`];

  const country: CountryCode = parsePhoneNumberFromString(sample ?? '')?.country ?? 'US';
  const national = new AsYouType(country);
  national.input(digits);
  const prefixes = [`+${digits}`, national.getNumberValue()].filter((prefix) => prefix !== undefined);
  // None may begin with another, or the list would show the same recipients twice.
  return [...new Set(prefixes)].filter((prefix, _, all) => !all.some((other) => other !== prefix && prefix.startsWith(other)));
}
