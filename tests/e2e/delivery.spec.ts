import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { api, emailFaults, people, sendTo, signIn } from './sent-campaign.ts';

// Whoever bounced in a run before is not sent to in this one.
const run = Date.now().toString(36);

test.beforeEach(async ({ page, request }) => {
  await emailFaults(request, { events_delay_ms: 1_500 });
  await signIn(page);
});

test.afterAll(async ({ request }) => emailFaults(request, {}));

test('deliveries and bounces arrive on the open page, and a bounce on the suppression list', async ({ page, request }) => {
  const bounced = `bo${run}+bounce@example.com`;
  const id = await sendTo(request, 'Delivered', [bounced, ...people(40)]);
  await page.goto(`/campaigns/${id}`);
  await page.evaluate(() => Object.assign(window, { stillTheSame: true }));
  await expect(page.getByTestId('deliveries')).toHaveText('Of 41 sent, 40 delivered, 1 bounced');
  await expect(page.getByRole('row', { name: /\+bounce/ })).toContainText('bounced');
  await expect(page.getByRole('row', { name: /person0001/ })).toContainText('delivered');
  expect(await page.evaluate(() => 'stillTheSame' in window)).toBe(true);

  await page.getByRole('link', { name: 'Suppressions' }).click();
  const row = page.getByRole('listitem').filter({ hasText: bounced });
  await expect(row).toContainText('Address does not work');
  await row.getByRole('link', { name: 'Delivered' }).click();
  await expect(page.getByRole('heading', { name: bounced })).toBeVisible();
});

test('an address is added, found, left out by a campaign, and taken off again', async ({ page, request }) => {
  const address = `zoe${run}@example.com`;
  await page.goto('/suppressions');
  await page.getByLabel('Never send to').fill('nobody');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('Enter an email address, or a phone number')).toBeVisible();
  await page.getByLabel('Never send to').fill(` Zoe <ZOE${run}@Example.com>`);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: address })).toBeVisible();
  await expect(page.getByLabel('Never send to')).toHaveValue('');

  const id = await sendTo(request, 'Without Zoe', [address, ...people(3)]);
  await expect.poll(async () => (await api.campaign(request, id)).status).toBe('SENT');
  expect(await api.campaign(request, id)).toMatchObject({ sent: 3, suppressed: 1 });

  await page.getByRole('searchbox', { name: /Search an address or number/ }).fill(`ZOE${run}`);
  await expect(page.getByRole('list', { name: 'Suppressed addresses' }).locator('> li')).toHaveCount(1);
  await page.getByRole('button', { name: `Remove: ${address}` }).click();
  await page.getByRole('button', { name: 'Send to it again' }).click();
  await expect(page.getByRole('heading', { name: 'Not on the list' })).toBeVisible();
});

test('a list comes from a file, and goes out as one', async ({ page }) => {
  await page.goto('/suppressions');
  const csv = `email,name\na${run}@file.example.com,A\nb${run}@file.example.com,B\nnobody,C\n`;
  await page.getByLabel('CSV file').setInputFiles({ name: 'optouts.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: '2 addresses added' })).toContainText('Line 4: nobody');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export' }).click();
  expect((await download).suggestedFilename()).toBe('suppressions.csv');
});

test('a person unsubscribes by the link in their message, without scripts', async ({ page, request, browser, baseURL }) => {
  const address = `una${run}@example.com`;
  const id = await sendTo(request, 'With a way out', [address]);
  await expect.poll(async () => (await api.campaign(request, id)).status).toBe('SENT');
  const messages = await request.get(`http://127.0.0.1:${process.env.E2E_SANDBOX_PORT ?? 3112}/sandbox/messages?to=${address}`);
  const { data } = (await messages.json()) as { data: { content: { headers: Record<string, string> } }[] };
  const link = data[0]?.content.headers['List-Unsubscribe']?.slice(1, -1) as string;
  expect(link).toContain(`${baseURL}/u/`);

  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto(link);
  await expect(plain.getByRole('heading', { name: 'Unsubscribe?' })).toBeVisible();
  await expect(plain.getByText('u•••@example.com')).toBeVisible();
  await plain.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(plain.getByRole('heading', { name: 'You are unsubscribed' })).toBeVisible();

  const oneClick = await request.post(link, { form: { 'List-Unsubscribe': 'One-Click' }, maxRedirects: 0 });
  expect(oneClick.status()).toBe(200);
  await page.goto(`/suppressions?q=${address}`);
  await expect(page.getByRole('list', { name: 'Suppressed addresses' })).toContainText('Unsubscribed');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the pages hold what axe looks for, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const [path, width] of [
      ['/suppressions', 1280],
      ['/suppressions', 360],
      ['/suppressions?q=nobody-at-all', 1280],
      ['/u/test', 360],
      ['/u/wrong', 1280],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(path);
      await expect(page.getByRole('heading').first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${path} ${width} ${id} ${nodes.map(({ target }) => target).join(' ')}`),
        path,
      ).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    }
  });
}
