import type { Channel } from '../campaigns/campaign.ts';

/**
 * Why an address or number is not taken, in words for the report: short, without a full stop, and where something can be done about it,
 * with what to do. They stand in the API (`errors[].reason`), in reports and on pages.
 */
export const addressFaults = [
  'no address',
  'not a valid address',
  'more than one address: keep one in this column',
  'a blank inside the address: remove it',
  'letters of two alphabets in the domain: type the address again',
  'not a valid phone number',
  'more than one number: keep one in this column',
  'could be a number of two countries: write it with + and its country code',
  'digits lost in a spreadsheet: format the column as text and export it again',
  'has an extension, which no SMS can reach: remove it or use another number',
] as const;
export type AddressFault = (typeof addressFaults)[number];

/** An address in the one spelling under which it is kept and compared, or why there is none. Never a guess between two. */
export type AddressReading = { address: string; fault: null } | { address: null; fault: AddressFault };

export const read = (address: string): AddressReading => ({ address, fault: null });
export const refused = (fault: AddressFault): AddressReading => ({ address: null, fault });

/** The fault as a sentence beside the field in which a person typed the address. */
export function addressSentence(channel: Channel, fault: AddressFault): string {
  if (fault === 'no address') return channel === 'email' ? 'Enter an email address.' : 'Enter a phone number.';
  if (fault === 'not a valid address') return 'This is not an email address.';
  if (fault === 'not a valid phone number') return 'This is not a phone number. Write it with its country code, such as +49.';
  const [what = '', advice] = fault.split(': ');
  const said = `${what.charAt(0).toUpperCase()}${what.slice(1)}.`;
  return advice ? `${said} ${advice.charAt(0).toUpperCase()}${advice.slice(1)}.` : said;
}
