import type { Channel } from '../channel.ts';

/** Why an address or number is not taken: a closed list, in the API (`errors[].reason`), in reports and on pages. */
export const addressFaults = [
  'no address',
  'not a valid address',
  'not a valid phone number',
  'could be a number of two countries',
] as const;
export type AddressFault = (typeof addressFaults)[number];

/**
 * An address in the one spelling under which it is kept and compared, or why there is none, and where it can be told what to do, in a sentence
 * for people. Never a guess between two.
 */
export type AddressReading = { address: string; fault: null; advice: null } | { address: null; fault: AddressFault; advice: string | null };

export const read = (address: string): AddressReading => ({ address, fault: null, advice: null });
export const refused = (fault: AddressFault, advice: string | null = null): AddressReading => ({ address: null, fault, advice });

/** What to say beside the field in which a person typed an address that was refused. */
export function addressSentence(channel: Channel, { fault, advice }: AddressReading): string {
  if (fault === 'no address') return channel === 'email' ? 'Enter an email address.' : 'Enter a phone number.';
  if (fault === 'could be a number of two countries') return `This could be a number of two countries. ${advice}`;
  if (channel === 'email') return advice ?? 'This is not an email address.';
  return advice ?? 'This is not a phone number. Write it with its country code, such as +49.';
}
