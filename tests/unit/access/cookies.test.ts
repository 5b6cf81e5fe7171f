import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cookie } from '#app/domain/access/cookies.server.ts';

const HTTPS = 'https://rollcall.example.com';
const HTTP = 'http://localhost:3000';
const with43 = 'x'.repeat(43);

// As they were before, without https.
describe.each([
  ['rollcall_browser', '/', 'a~b'],
  ['rollcall_step', '/login', 'a.b.c'],
  ['rollcall_link', '/access', with43],
  ['rollcall_setup', '/', with43],
  ['rollcall.oidc', '/', `e30.${with43}`],
] as const)('%s', (name, path, value) => {
  test('is of this host alone where there is https', () => {
    const kept = cookie(name, HTTPS);
    expect(kept.set(value, 60)).toBe(`__Host-${name}=${value}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure`);
    expect(kept.forget()).toBe(`__Host-${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`);
    expect(kept.read(new Headers({ cookie: `other=1; __Host-${name}=${value}; more=2` }))).toBe(value);
  });

  test('has its own name and paths where there is none', () => {
    const kept = cookie(name, HTTP);
    expect(kept.set(value, 60)).toBe(`${name}=${value}; Path=${path}; Max-Age=60; HttpOnly; SameSite=Lax`);
    expect(kept.read(new Headers({ cookie: `${name}=${value}` }))).toBe(value);
    expect(kept.read(new Headers({ cookie: `__Host-${name}=${value}` }))).toBeNull();
  });

  test('is not what a neighbour below the same domain set, but for a browser that was known before', () => {
    const kept = cookie(name, HTTPS);
    const own = kept.read(new Headers({ cookie: `${name}=${value}` }));
    expect(own).toBe(name === 'rollcall_browser' ? value : null);
    for (const prefix of ['__Secure-', '__host-', 'x__Host-', '__Host-x'])
      expect(kept.read(new Headers({ cookie: `${prefix}${name}=${value}` })), prefix).toBeNull();
    // The one with the prefix comes first, wherever it stands.
    expect(kept.read(new Headers({ cookie: `${name}=${value}; __Host-${name}=${value.replace(/^./, 'z')}` }))).toMatch(/^z/);
  });

  test.each(['', 'x y', `${with43};`, '"x"', 'x%2e', 'x'.repeat(4_000)])('is nothing where its value is %j', (odd) => {
    for (const base of [HTTPS, HTTP]) {
      const full = cookie(name, base).set('', 0).split('=')[0];
      expect(cookie(name, base).read(new Headers({ cookie: `${full}=${odd.replaceAll(';', '%3B')}` }))).toBeNull();
    }
  });
});

// RFC 6265, 5.1.4. A page's form goes to the page's own address with ".data" where there are scripts.
test.each([
  ['rollcall_step', '/login/code'],
  ['rollcall_link', '/access/password'],
  ['rollcall_setup', '/setup'],
  ['rollcall.oidc', '/login/oidc/callback'],
] as const)('%s reaches %s and its form, also without https', (name, page) => {
  const path = /Path=([^;]*)/.exec(cookie(name, HTTP).set('x', 60))?.[1] as string;
  for (const asked of [page, `${page}.data`])
    expect(asked === path || asked.startsWith(path.endsWith('/') ? path : `${path}/`), asked).toBe(true);
});

test('no other file writes a cookie', () => {
  const writers = globSync('app/**/*.{ts,tsx}').filter((file) => /samesite=/i.test(readFileSync(file, 'utf8')));
  expect(writers.sort()).toEqual(['app/components/reader-context.tsx', 'app/domain/access/cookies.server.ts']);
});
