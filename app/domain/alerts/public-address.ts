import ipaddr from 'ipaddr.js';

/** IANA hands out global unicast IPv6 addresses from this block only; everything else is local, reserved or a way around. */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Is this an address on the public internet? Not loopback, private, link-local (cloud metadata), shared, multicast, reserved or
 * documentation; and no IPv6 that carries an IPv4 address to somebody else (mapped, NAT64, 6to4, Teredo), but a mapped one is judged by
 * the IPv4 address in it.
 *
 * @param address as DNS or a URL gives it, IPv6 without brackets
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(GLOBAL_UNICAST);
}
