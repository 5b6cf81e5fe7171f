import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Is it a country (ISO 3166, "US") whose numbering plan is known? */
export function isCountry(code: string): code is CountryCode {
  return isSupportedCountry(code);
}

/**
 * A phone number in E.164 ("+12015550123"): the one spelling under which it is kept and compared.
 * Numbers without a country code are read as ones of `defaultCountry`. The whole text must be one number.
 *
 * @returns null where the country's numbering plan has no such number
 */
export function normalisePhone(raw: string, defaultCountry: CountryCode): string | null {
  const text = raw.trim().replace(/^tel:/i, '');
  if (text === '' || text.length > 64) {
    return null;
  }
  const number = parsePhoneNumberFromString(text, { defaultCountry, extract: false });
  // A message cannot be sent to an extension.
  return number?.isValid() && !number.ext ? number.number : null;
}
