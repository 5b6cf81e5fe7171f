import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** The `code` of a refused look-up. */
export const PRIVATE_ADDRESS = 'EPRIVATE';

/**
 * The system's name look-up, which fails where any address of the name is not public. The connection is made to the very addresses that
 * were judged here, so a name that answers differently the next time gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const refused = addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address));
    if (refused) return callback(Object.assign(new Error('the name leads to a private address'), { code: PRIVATE_ADDRESS }), []);
    if (options.all) return callback(null, addresses);
    const first = addresses[0] as (typeof addresses)[number];
    callback(null, first.address, first.family);
  });
};
