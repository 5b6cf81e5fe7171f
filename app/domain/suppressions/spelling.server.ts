import type { Channel } from '../campaigns/campaign.ts';
import { addressSentence } from '../contacts/address-reading.ts';
import { readAddress } from '../contacts/read-address.ts';
import { invalid } from '../problem.ts';
import { searchPrefixes, withoutLonger } from '../recipients/search-prefixes.ts';

/** The ledger's spelling. @throws Problem 422 where it is no address of the channel */
export function spelled(channel: Channel, raw: string): string {
  const reading = readAddress(channel, raw);
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
