import type { Channel } from '../campaigns/campaign.ts';
import { addressSentence } from '../contacts/address-reading.ts';
import { normaliseEmail } from '../contacts/email-address.ts';
import { normalisePhone } from '../contacts/phone-number.ts';
import { plainText } from '../contacts/plain-text.ts';
import { readAddress } from '../contacts/read-address.ts';
import { invalid } from '../problem.ts';
import { searchPrefixes } from '../recipients/search-prefixes.ts';

/** The ledger's spelling. @throws Problem 422 where it is no address of the channel */
export function spelled(channel: Channel, raw: string): string {
  const reading = readAddress(channel, raw);
  if (reading.address !== null) return reading.address;
  throw invalid([{ path: 'address', message: addressSentence(channel, reading) }]);
}

/** What the addresses looked for begin with: of whole ones the ledger's spelling, else what was typed. */
export function beginnings(q: string, channel: Channel | undefined): string[] {
  const email = channel === 'sms' ? [] : [normaliseEmail(q) ?? plainText(q).replaceAll('\0', '').toLowerCase()];
  const whole = channel === 'email' ? null : normalisePhone(q);
  const sms = channel === 'email' ? [] : whole ? [whole] : searchPrefixes('sms', q);
  const all = [...new Set([...email, ...sms])].filter((beginning) => beginning !== '');
  return all.filter((one) => !all.some((other) => other !== one && one.startsWith(other)));
}
