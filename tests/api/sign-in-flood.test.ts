import type { ServerBuild } from '@remix-run/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { loginRoute } from '#tests/support/login-route.ts';
import { buildOf, freePort, startWeb } from '#tests/support/web.ts';

/** The sign-in behind a proxy, while 1,000 addresses guess: in less than a minute, so that it is more than 2,000 a minute. */

const password = 'correct horse battery';
let api: TestApi;
let web: { stop(): Promise<void> };
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  api = await startApi({ PORT: String(port), BASE_URL: url, TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'silent' });
  for (const name of ['ana', 'bea', 'cem']) {
    await api.context.auth.sessions.api.createUser({ body: { email: `${name}@example.com`, name, password, role: 'admin' } });
  }
  web = await startWeb(api.context, { build: buildOf([loginRoute]) as ServerBuild });
});
afterAll(async () => {
  await web.stop();
  await api.drop();
});

async function signIn(email: string, guess: string, from: string, cookie = ''): Promise<{ status: number; cookie: string }> {
  const response = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, 'x-forwarded-for': from, ...(cookie && { cookie }) },
    body: new URLSearchParams({ email, password: guess }),
  });
  await response.text();
  const set = response.headers.getSetCookie().find((one) => one.startsWith('rollcall_browser='));
  return { status: response.status, cookie: set?.split(';')[0] ?? '' };
}

test('2,000 wrong sign-ins from 1,000 addresses: none gets in, and who signed in before does within 5 s', async () => {
  const { status, cookie } = await signIn('ana@example.com', password, '203.0.113.200');
  expect(status).toBe(302);

  const guesses = Array.from({ length: 2_000 }, (_, i) => ({
    // Half at one person, the rest at others and at nobody.
    email: i % 2 === 0 ? 'ana@example.com' : i % 4 === 1 ? 'bea@example.com' : `nobody${i % 400}@example.com`,
    from: `10.${(i % 1_000) >> 8}.${i % 256}.${(i % 1_000) % 250}`,
    // What the proxy saw stands last; whatever a client wrote before it does not count.
    forged: i % 3 === 0,
  }));
  const counts = new Map<number, number>();
  let next = 0;
  const attack = Array.from({ length: 24 }, async () => {
    for (let guess = guesses[next++]; guess; guess = guesses[next++]) {
      const from = guess.forged ? `203.0.113.200, ${guess.from}` : guess.from;
      const { status } = await signIn(guess.email, `guess ${next}`, from);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  });
  const over = Promise.all(attack).then(() => {
    next = Number.POSITIVE_INFINITY;
  });

  const took: number[] = [];
  while (next < 1_900) {
    const from = performance.now();
    expect((await signIn('ana@example.com', password, '203.0.113.200', cookie)).status).toBe(302);
    took.push(performance.now() - from);
  }
  await over;
  expect([...counts.keys()].filter((status) => ![401, 429, 503].includes(status))).toEqual([]);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(2_000);
  expect(Math.max(...took)).toBeLessThan(5_000);
  // At Cem nobody guessed: a new browser gets in, too.
  expect((await signIn('cem@example.com', password, '203.0.113.202')).status).toBe(302);
  // Twenty guesses of an account are checked, and what comes beside others waits or is told to: the rest cost no hash.
  expect(counts.get(401) ?? 0).toBeLessThan(400);
}, 180_000);
