import { expect, test } from 'vitest';
import { countedAddress } from '#app/domain/access/client-address.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['192.0.2.7:52111', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2:ffff::1]:443', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  ['', 'unknown'],
  ['127.1', 'unknown'],
  ['0x7f.0.0.1', 'unknown'],
  ['1.2.3.4, 5.6.7.8', 'unknown'],
  ['unix:', 'unknown'],
  [undefined, 'unknown'],
])('tries from %s count as %s', (address, counted) => {
  expect(countedAddress(address)).toBe(counted);
});
