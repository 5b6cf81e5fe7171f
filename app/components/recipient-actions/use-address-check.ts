import { useEffect, useState } from 'react';
import { type AddressReading, addressSentence } from '#app/domain/addresses/address-reading.ts';
import { readEmail } from '#app/domain/addresses/email-address.ts';
import type { Channel } from '#app/domain/channel.ts';

export interface AddressCheck {
  /** As it would be kept; null while it is none, or not known yet. */
  address: string | null;
  error: string | null;
}

const TYPING_PAUSE_MS = 400;

/**
 * Reads an address as the server will, a moment after it was typed. The numbering plans of all countries are large, so that they are
 * loaded when a number is to be read.
 */
export function useAddressCheck(channel: Channel, typed: string): AddressCheck {
  const [check, setCheck] = useState<AddressCheck & { of: string }>({ of: typed, address: typed, error: null });
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(async () => {
      const reading = channel === 'email' ? readEmail(typed) : await readNumber(typed);
      const error = reading.address === null ? addressSentence(channel, reading) : null;
      if (!stale) setCheck({ of: typed, address: reading.address, error });
    }, TYPING_PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [channel, typed]);
  return check.of === typed ? check : { address: null, error: null };
}

async function readNumber(typed: string): Promise<AddressReading> {
  const { readPhone } = await import('#app/domain/addresses/phone-number.ts');
  return readPhone(typed);
}
