import { expect, test } from 'vitest';
import { isSameOrigin } from '#app/domain/access/same-origin.ts';

const BEHIND = 'https://mail.acme.example';

test.each<[string, string, Record<string, string>, boolean]>([
  ['a proxy that rewrites Host', BEHIND, { origin: BEHIND, host: '127.0.0.1:3000' }, true],
  ['and says so by Sec-Fetch-Site', BEHIND, { origin: BEHIND, host: 'web:3000', 'sec-fetch-site': 'same-origin' }, true],
  ['another site through that proxy', BEHIND, { origin: 'https://evil.example', host: '127.0.0.1:3000' }, false],
  ['another site that names itself as host', BEHIND, { origin: 'https://evil.example', host: 'mail.acme.example' }, false],
  ['a name that begins with ours', BEHIND, { origin: `${BEHIND}.evil.example`, host: '127.0.0.1:3000' }, false],
  ['another port of ours', BEHIND, { origin: `${BEHIND}:8443`, host: '127.0.0.1:3000' }, false],
  ['http where ours is https', BEHIND, { origin: 'http://mail.acme.example', host: '127.0.0.1:3000' }, false],
  ['https that a proxy adds', 'http://mail.acme.example', { origin: BEHIND, host: '127.0.0.1:3000' }, true],
  [
    'a proxy that names the host asked',
    'http://localhost:3000',
    { origin: BEHIND, host: 'web:3000', 'x-forwarded-host': 'mail.acme.example' },
    true,
  ],
  [
    'the first of two proxies',
    'http://localhost:3000',
    { origin: BEHIND, host: 'web', 'x-forwarded-host': 'mail.acme.example, inner' },
    true,
  ],
  ['a port of its own written out', 'http://localhost:3000', { origin: BEHIND, host: 'mail.acme.example:443' }, true],
  ['another spelling of this machine', 'http://localhost:3000', { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' }, true],
  ['an IPv6 host', 'http://[::1]:3000', { origin: 'http://[::1]:3000', host: 'web:3000' }, true],
  ['a page without an origin', BEHIND, { origin: 'null', host: '127.0.0.1:3000' }, false],
  ['no browser at all', BEHIND, { host: '127.0.0.1:3000' }, true],
  ['a link of another site', BEHIND, { host: '127.0.0.1:3000', 'sec-fetch-site': 'cross-site' }, false],
  ['a sister site', BEHIND, { origin: 'https://www.acme.example', host: 'mail.acme.example', 'sec-fetch-site': 'same-site' }, false],
])('%s', (_, baseUrl, headers, ours) => {
  expect(isSameOrigin(new Request(`${baseUrl}/login`, { headers }), baseUrl)).toBe(ours);
});
