import { type AddressReading, addressSentence, read } from '../addresses/address-reading.ts';
import type { PhoneReading } from '../addresses/phone-number.ts';
import { plainText } from '../addresses/plain-text.ts';
import { readAddress } from '../addresses/read-address.ts';
import { searchPrefixes, withoutLonger } from '../addresses/search-prefixes.ts';
import type { Channel } from '../channel.ts';
import { invalid } from '../problem.ts';

/**
 * As `readAddress`, but a number in E.164 is taken as it is where its country code may stand twice: it may be in the ledger, nobody is
 * written to by being put on this list, and a wish to leave must find it.
 */
export function readSuppressed(channel: Channel, raw: string, options?: PhoneReading): AddressReading {
  const reading = readAddress(channel, raw, options);
  const exact = reading.fault === 'could be a number of two countries' ? /^\+[1-9]\d{7,14}$/.exec(plainText(raw)) : null;
  return exact ? read(exact[0]) : reading;
}

/** The ledger's spelling. @throws Problem 422 where it is no address of the channel */
export function spelled(channel: Channel, raw: string): string {
  const reading = readSuppressed(channel, raw);
  if (reading.address !== null) return reading.address;
  throw invalid([{ path: 'address', message: addressSentence(channel, reading) }]);
}

/**
 * What the addresses looked for begin with: of whole ones the ledger's spelling, else what was typed.
 *
 * @param samples numbers of the list, which show whose national numbers can be meant
 */
export function beginnings(q: string, channel: Channel | undefined, samples: readonly string[]): string[] {
  const email = channel === 'sms' ? [] : searchPrefixes('email', q);
  return withoutLonger([...email, ...(channel === 'email' ? [] : searchPrefixes('sms', q, samples))]);
}
