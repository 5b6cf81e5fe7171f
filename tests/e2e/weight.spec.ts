import { expect, type Page, test } from '@playwright/test';
import { people, sendTo, signIn } from './sent-campaign.ts';

interface Weight {
  requests: string[];
  /** kB as they came over the wire. */
  script: number;
}

/** Opens a page in a browser that knows nothing yet, waits until it is quiet, and weighs what came. */
async function weigh(page: Page, path: string): Promise<Weight> {
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  const requests: string[] = [];
  const scripts = new Set<string>();
  let bytes = 0;
  client.on('Network.requestWillBeSent', ({ request, requestId, type }) => {
    if (!request.url.startsWith('http')) return;
    requests.push(request.url);
    if (type === 'Script' || /\.js(\?|$)/.test(request.url)) scripts.add(requestId);
  });
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(path, { waitUntil: 'networkidle' });
  await client.detach();
  return { requests, script: bytes / 1_000 };
}

test('signing in weighs little: few requests, little script', async ({ page }) => {
  const { requests, script } = await weigh(page, '/login');
  expect(requests.length, requests.join('\n')).toBeLessThanOrEqual(15);
  expect(script).toBeGreaterThan(20);
  expect(script).toBeLessThanOrEqual(120);
});

test('so does the page of a campaign, with its live connection, its chart and its list', async ({ page, request }) => {
  await signIn(page);
  const id = await sendTo(request, 'Weighed', ['gone+invalid@example.com', ...people(60)]);
  const { requests, script } = await weigh(page, `/campaigns/${id}`);
  await expect(page.getByTestId('counter')).toHaveText('60 of 61 sent');
  expect(requests.length, requests.join('\n')).toBeLessThanOrEqual(25);
  expect(script).toBeLessThanOrEqual(250);
});

test('what carries a hash in its name is compressed at build and kept for ever', async ({ request }) => {
  const html = await (await request.get('/login')).text();
  const [script] = /\/assets\/framework-[\w-]+\.js/.exec(html) ?? [];
  expect(script).toBeDefined();
  for (const [accepted, encoding] of [
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', undefined],
  ] as const) {
    const answer = await request.get(script as string, { headers: { 'accept-encoding': accepted } });
    expect(answer.status()).toBe(200);
    expect(answer.headers()).toMatchObject({
      'cache-control': 'public,max-age=31536000,immutable',
      'content-type': expect.stringContaining('javascript'),
      vary: expect.stringContaining('Accept-Encoding'),
    });
    expect(answer.headers()['content-encoding']).toBe(encoding);
    expect(await answer.text()).toContain('function');
  }
  for (const range of ['bytes=10-5', 'bytes=x', 'bytes=99999999-']) {
    expect((await request.get(script as string, { headers: { range } })).status()).toBe(200);
  }
  expect((await request.get('/assets/no-such-file.js')).status()).toBe(404);
  expect((await request.get('/assets/%2e%2e/%2e%2e/server/index.js')).status()).toBe(404);
});
