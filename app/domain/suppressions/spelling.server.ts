import type { Channel } from '../campaigns/campaign.ts';
import { normaliseEmail } from '../contacts/email-address.ts';
import { normalisePhone } from '../contacts/phone-number.ts';
import { invalid } from '../problem.ts';
import { searchPrefixes } from '../recipients/search-prefixes.ts';

/** The ledger's spelling. @throws Problem 422 where it is no address of the channel */
export function spelled(channel: Channel, raw: string): string {
  const address = channel === 'email' ? normaliseEmail(raw) : normalisePhone(raw, 'US');
  if (address) return address;
  const message =
    channel === 'email' ? 'This is not an email address.' : 'This is not a phone number. Write it with its country code, such as +49.';
  throw invalid([{ path: 'address', message }]);
}

/** What the addresses looked for begin with: of whole ones the ledger's spelling, else what was typed. */
export function beginnings(q: string, channel: Channel | undefined): string[] {
  const email = channel === 'sms' ? [] : [normaliseEmail(q) ?? q.trim().replaceAll('\0', '').toLowerCase()];
  const whole = channel === 'email' ? null : normalisePhone(q, 'US');
  const sms = channel === 'email' ? [] : whole ? [whole] : searchPrefixes('sms', q);
  const all = [...new Set([...email, ...sms])].filter((beginning) => beginning !== '');
  return all.filter((one) => !all.some((other) => other !== one && one.startsWith(other)));
}
