import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endpointUrlError } from '#app/domain/alerts/endpoint-url.ts';
import { isPublicAddress } from '#app/domain/alerts/public-address.ts';

const hostile = [
  'https://127.0.0.1/hook',
  'https://127.1/hook',
  'https://2130706433/hook',
  'https://0x7f000001/hook',
  'https://0177.0.0.1/hook',
  'https://0.0.0.0/hook',
  'https://localhost/hook',
  'https://localhost./hook',
  'https://a.localhost/hook',
  'https://10.0.0.8/hook',
  'https://172.16.0.1/hook',
  'https://192.168.1.1/hook',
  'https://100.64.0.1/hook',
  'https://169.254.169.254/latest/meta-data',
  'https://198.18.0.1/hook',
  'https://224.0.0.1/hook',
  'https://255.255.255.255/hook',
  'https://[::1]/hook',
  'https://[::]/hook',
  'https://[::ffff:127.0.0.1]/hook',
  'https://[::ffff:a9fe:a9fe]/hook',
  'https://[::127.0.0.1]/hook',
  'https://[64:ff9b::7f00:1]/hook',
  'https://[64:ff9b:1::7f00:1]/hook',
  'https://[2002:7f00:1::]/hook',
  'https://[2001:0:7f00:1::]/hook',
  'https://[fc00::1]/hook',
  'https://[fd00:ec2::254]/hook',
  'https://[fe80::1]/hook',
  'https://[fec0::1]/hook',
  'https://[ff02::1]/hook',
  'https://[2001:db8::1]/hook',
  'http://hooks.example.com/hook',
  'ftp://hooks.example.com/hook',
  'file:///etc/passwd',
  'https://name:password@hooks.example.com/hook',
  'hooks.example.com',
  '',
];

describe('an endpoint’s URL', () => {
  test.each(hostile)('%s is refused', (url) => {
    expect(endpointUrlError(url, false)).toMatch(/\.$/);
  });

  test.each([
    'https://hooks.example.com/rollcall?key=1',
    'https://hooks.example.com:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
  ])('%s is allowed', (url) => {
    expect(endpointUrlError(url, false)).toBeNull();
  });

  test('may lead inside where the configuration allows it, but never carries a password or another scheme', () => {
    expect(endpointUrlError('http://127.0.0.1:8080/hook', true)).toBeNull();
    expect(endpointUrlError('http://a:b@127.0.0.1/hook', true)).not.toBeNull();
    expect(endpointUrlError('gopher://127.0.0.1/', true)).not.toBeNull();
  });
});

test('an IPv4 address is as public inside of IPv6 as by itself, and other private blocks never are', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(octet, octet, octet, octet, (a, b, c, d) => {
      const address = `${a}.${b}.${c}.${d}`;
      expect(isPublicAddress(`::ffff:${address}`)).toBe(isPublicAddress(address));
      if (a === 0 || a === 10 || a === 127 || a >= 224 || (a === 192 && b === 168) || (a === 169 && b === 254)) {
        expect(isPublicAddress(address)).toBe(false);
      }
    }),
  );
  expect(isPublicAddress('not an address')).toBe(false);
});
