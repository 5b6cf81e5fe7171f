import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

/** Every country with a numbering plan: ISO 3166 code and calling code. Kept off the browser, since the plans weigh 150 kB. */
export function countries(): [code: string, calling: string][] {
  return getCountries().map((code) => [code, getCountryCallingCode(code)]);
}
