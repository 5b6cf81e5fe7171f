import ipaddr from 'ipaddr.js';

/**
 * The name under which tries from an address are counted: an IPv4 address in one spelling (also where it comes mapped into IPv6), and of an
 * IPv6 address the network of 64 bits that one line or machine is given. Proxies write ports and brackets, and systems write zones.
 */
export function countedAddress(address: string | undefined): string {
  const read = readClientAddress(address);
  if (!read) return 'unknown';
  if (read.kind() === 'ipv4') return read.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${read.toString()}/64`)}/64`;
}

/** An address in its one spelling, whole; null where it is none. */
export function plainAddress(address: string | undefined): string | null {
  return readClientAddress(address)?.toString() ?? null;
}

function readClientAddress(address: string | undefined) {
  const bare = (address ?? '')
    .trim()
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*$/, '');
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : null;
}

/** Is it this machine, or one of a network that is not the internet? */
export function isOwnNetwork(address: string | undefined): boolean {
  return ['loopback', 'private', 'uniqueLocal', 'linkLocal'].includes(readClientAddress(address)?.range() ?? '');
}

/** Names that Express knows for networks of one's own. */
const networks = ['loopback', 'linklocal', 'uniquelocal'];

/** A list of addresses and networks, as TRUST_PROXY has it; null where something in it is neither. "none" is nobody. */
export function trustedProxies(text: string): string[] | null {
  if (text.trim().toLowerCase() === 'none') return [];
  const list = text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  return list.every(isNetwork) ? list : null;
}

function isNetwork(text: string): boolean {
  if (networks.includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  if (more.length > 0 || !(ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address))) return false;
  if (bits === undefined) return true;
  // A network of everybody would believe whatever anybody says.
  return /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128);
}
