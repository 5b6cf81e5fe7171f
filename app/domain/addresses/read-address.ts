import type { Channel } from '../channel.ts';
import type { AddressReading } from './address-reading.ts';
import { readEmail } from './email-address.ts';
import { type PhoneReading, readPhone } from './phone-number.ts';

/**
 * The one way in which an address or number becomes what is kept and compared, for every door: imports, API, forms, suppressions, test messages,
 * corrected recipients, search. Invisible marks, blanks, `mailto:`, `tel:` and the like are no part of it. It is read in one way or not at all:
 * the answer is the address, or why there is none (`addressSentence` makes a form's sentence of it).
 *
 * On pages load it when it is needed (`await import(...)`): the numbering plans weigh 150 kB. For email alone take `readEmail`.
 *
 * @param options of phone numbers: the country of numbers without country code, and what bare digits mean; leave them out where nobody said
 */
export function readAddress(channel: Channel, raw: string, options?: PhoneReading): AddressReading {
  return channel === 'email' ? readEmail(raw) : readPhone(raw, options);
}
