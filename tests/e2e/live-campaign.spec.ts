import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { api, emailFaults, people, sendTo, signIn } from './sent-campaign.ts';

const scripted = ['slow+429x2@example.com', 'broken+500@example.com', 'gone+invalid@example.com'];

test.beforeEach(async ({ page, request }) => {
  await emailFaults(request, { latency_ms: 20 });
  await signIn(page);
});

test.afterAll(async ({ request }) => emailFaults(request, {}));

test('the page follows a campaign to its end without being reloaded', async ({ page, request }) => {
  await emailFaults(request, { latency_ms: 400 });
  const id = await sendTo(request, 'Followed', [...scripted, ...people(597)]);
  await page.goto(`/campaigns/${id}`);
  await page.evaluate(() => Object.assign(window, { stillTheSame: true }));

  await expect(page.getByTestId('counter')).toHaveText(/^(\d+) of 600 sent$/);
  await expect(page).toHaveTitle(/^\d+(\.\d)?% · Followed/);
  const slow = page.getByRole('row', { name: /slow\+429x2/ });
  // Looked at and kept at once: a moment later it may have been sent.
  let shownFirst = '';
  await expect
    .poll(async () => {
      shownFirst = await slow.innerText();
      return shownFirst;
    })
    .toMatch(/Retry [12] of 3 in \d+ s/);
  await expect.poll(() => slow.innerText()).not.toBe(shownFirst);
  await expect(slow).toContainText('Sent', { timeout: 15_000 });

  await expect(page.getByTestId('counter')).toHaveText('598 of 600 sent', { timeout: 40_000 });
  await expect(page.getByRole('heading', { level: 1 }).locator('..')).toContainText('Partially sent');
  await expect(page.getByRole('alert').filter({ hasText: '2 recipients could not be reached' })).toBeVisible();
  await expect(page).toHaveTitle('Partially sent · Followed · Rollcall');
  const reasons = page.getByRole('region', { name: 'Why recipients failed' });
  await expect(reasons).toContainText(/Provider had an error.*1/);
  await expect(reasons).toContainText(/Address was refused.*1/);
  expect(await page.evaluate(() => 'stillTheSame' in window)).toBe(true);
});

test('the counter only rises, never runs ahead of the ledger, and follows it to the end', async ({ page, request }) => {
  const id = await sendTo(request, 'Fast', people(4000));
  await page.goto(`/campaigns/${id}`);
  await page.evaluate(() => {
    const counter = document.querySelector('[data-testid=counter]') as HTMLElement;
    const shown: number[] = [];
    Object.assign(window, { shown });
    const note = () => shown.push(Number((counter.textContent ?? '').replace(/\D*of[\s\S]*$/, '').replaceAll(/\D/g, '')));
    note();
    new MutationObserver(note).observe(counter, { childList: true, characterData: true, subtree: true });
  });
  const shown = () => page.evaluate(() => (window as unknown as { shown: number[] }).shown);
  for (;;) {
    const latest = (await shown()).at(-1) as number;
    const ledger = await api.campaign(request, id);
    expect(latest).toBeLessThanOrEqual(ledger.sent);
    // Whatever the ledger says, the page says after it, without being asked.
    await expect.poll(async () => (await shown()).at(-1), { timeout: 30_000, intervals: [50] }).toBeGreaterThanOrEqual(ledger.sent);
    if (ledger.finished_at) break;
  }
  await expect(page.getByTestId('counter')).toHaveText('4,000 of 4,000 sent');
  const all = await shown();
  expect(all).toEqual(all.toSorted((a, b) => a - b));
});

test('a page that has no connection yet says as of when its numbers are', async ({ page, request }) => {
  // Slow enough that the campaign still sends when the page is there, on any machine.
  await emailFaults(request, { latency_ms: 4_000 });
  const id = await sendTo(request, 'Not connected yet', people(2_000));
  let connect = () => {};
  const mayConnect = new Promise<void>((resolve) => {
    connect = resolve;
  });
  await page.routeWebSocket(/socket\.io/, async (socket) => {
    await mayConnect;
    socket.connectToServer();
  });
  await page.route(/socket\.io/, async (route) => {
    await mayConnect;
    await route.continue();
  });
  await page.goto(`/campaigns/${id}`);
  await expect(page.getByText(/^Numbers as of \d/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeEnabled();
  await emailFaults(request, {});
  connect();
  await expect(page.getByText(/as of \d/)).toBeHidden();
  await expect(page.getByTestId('counter')).toHaveText('2,000 of 2,000 sent', { timeout: 40_000 });
});

test('a recipient’s story opens over the page, goes on live, and its address can be handed on', async ({ page, request }) => {
  const id = await sendTo(request, 'Stories', [...scripted, ...people(20)]);
  await page.goto(`/campaigns/${id}?status=all`);
  await page.getByRole('link', { name: /^broken\+500/ }).click();
  const sheet = page.getByRole('dialog');
  await expect(sheet).toContainText(/Retry \d of 3 in \d+ s/);
  await expect(sheet.getByText('Refused for now')).toHaveCount(4, { timeout: 30_000 });
  await expect(sheet).toContainText('The provider answered with an error four times. Retry later.');
  await sheet.getByText('Provider’s answer').first().click();
  await expect(sheet.getByText('HTTP status').first().locator('..')).toContainText('500');
  await expect(sheet).toContainText('Person 2');
  const message = sheet.frameLocator('iframe');
  await expect(message.getByText('Hello Person 2, good to see you.')).toHaveCSS('color', 'rgb(84, 79, 210)');

  const url = page.url();
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}$|/campaigns/${id}\\?`));
  await page.goto(url);
  await expect(page.getByRole('dialog')).toContainText('broken+500@example.com');
});

test('filter, search and pages are in the URL, with and without scripts', async ({ page, request, browser }) => {
  const id = await sendTo(request, 'Large enough', [...scripted, ...people(120)]);
  await expect.poll(async () => (await api.campaign(request, id)).finished_at, { timeout: 30_000 }).not.toBeNull();
  await page.goto(`/campaigns/${id}`);
  const rows = page.locator('tbody tr[data-recipient]');

  await page.getByRole('link', { name: /^Failed/ }).click();
  await expect(rows).toHaveCount(2);
  await page.getByLabel('Reason').selectOption('invalid_address');
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL(/status=failed/);
  await expect(page).toHaveURL(/code=invalid_address/);

  await page.getByRole('link', { name: /^All/ }).click();
  await expect(rows).toHaveCount(50);
  await page.getByRole('searchbox').fill('PERSON000');
  await expect(rows).toHaveCount(9);
  await page.getByRole('link', { name: 'Clear the search' }).click();
  await expect(rows).toHaveCount(50);
  const firstPage = await rows.allInnerTexts();
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page.getByText('51 to 100')).toBeVisible();
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(rows).toHaveCount(23);
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(page.getByText('51 to 100')).toBeVisible();
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect(page.getByText('1 to 50')).toBeVisible();
  expect(await rows.allInnerTexts()).toEqual(firstPage);

  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const reader = await plain.newPage();
  await reader.goto(`/campaigns/${id}`);
  await expect(reader.getByTestId('counter')).toHaveText('121 of 123 sent');
  await reader.getByRole('searchbox').fill('gone');
  await reader.getByRole('button', { name: 'Search' }).click();
  await expect(reader.locator('tbody tr[data-recipient]')).toHaveCount(1);
  await reader.getByRole('link', { name: 'gone+invalid@example.com', exact: true }).click();
  await expect(reader.getByRole('dialog')).toContainText('Refused for good');
  await reader.getByRole('link', { name: 'Close' }).click();
  await expect(reader.getByRole('dialog')).toBeHidden();
  await plain.close();
});

test('a row that leaves its filter stays in its place until the reader asks for the new list', async ({ page, request }) => {
  const brief = Array.from({ length: 20 }, (_, i) => `brief${i}+429x2@example.com`);
  const stubborn = Array.from({ length: 5 }, (_, i) => `stubborn${i}+500@example.com`);
  const id = await sendTo(request, 'Leaving', [...brief, ...stubborn]);
  await expect.poll(async () => (await api.campaign(request, id)).retrying).toBe(25);
  await page.goto(`/campaigns/${id}?status=retrying`);
  const rows = page.locator('tbody tr[data-recipient]');
  const atFirst = await rows.locator('a').allInnerTexts();
  expect(atFirst.length).toBeGreaterThan(20);

  await expect(page.getByTestId('counter')).toHaveText('20 of 25 sent', { timeout: 20_000 });
  await expect(rows.filter({ hasText: 'brief' }).and(page.locator('[data-left]'))).toHaveCount(20);
  expect(await rows.locator('a').allInnerTexts()).toEqual(atFirst);
  await page.getByRole('button', { name: /new changes, show/ }).click();
  await expect(rows.filter({ hasText: 'brief' })).toHaveCount(0);
});

test('a provider that limits us is told with the time of the next try, and no longer when it is well again', async ({ page, request }) => {
  await emailFaults(request, { rate_429: 1, latency_ms: 20 });
  const id = await sendTo(request, 'Limited', people(300));
  await page.goto(`/campaigns/${id}`);
  const notice = page.getByRole('alert').filter({ hasText: 'SendGrid is limiting us' });
  await expect(notice).toContainText(/The next try is at \d.* \(in (\d+ s|a moment)\)/, { timeout: 20_000 });
  await expect(notice).toContainText('No attempt is lost.');
  await emailFaults(request, {});
  await expect(page.getByTestId('counter')).toHaveText('300 of 300 sent', { timeout: 40_000 });
  await expect(notice).toHaveCount(0);
});

test('after a lost connection the numbers are right again at once', async ({ page, context, request }) => {
  await emailFaults(request, { latency_ms: 300 });
  const id = await sendTo(request, 'Lost and found', people(1500));
  await page.goto(`/campaigns/${id}`);
  await expect(page.getByTestId('counter')).not.toHaveText('0 of 1,500 sent');
  await context.setOffline(true);
  await expect(page.getByText(/Reconnecting, numbers as of \d/)).toBeVisible();
  const frozen = await page.getByTestId('counter').innerText();
  await expect.poll(async () => (await api.campaign(request, id)).finished_at, { timeout: 40_000 }).not.toBeNull();
  expect(await page.getByTestId('counter').innerText()).toBe(frozen);
  await context.setOffline(false);
  await expect(page.getByTestId('counter')).toHaveText('1,500 of 1,500 sent');
  await expect(page.getByText(/Reconnecting/)).toBeHidden();
  await expect(page.getByText('All 1,500 sent')).toBeVisible();
  await expect(page.locator('tbody tr[data-recipient]').first()).toContainText('Sent');
});

test('pause, resume and cancel', async ({ page, request }) => {
  // So slow that it cannot end before it is paused and before it is cancelled, whatever else the machine does.
  await emailFaults(request, { latency_ms: 6_000 });
  const id = await sendTo(request, 'Stop and go', people(2000));
  await page.goto(`/campaigns/${id}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText(/recipients wait until you press Resume/)).toBeVisible();
  await expect(page.getByText(/Nothing is being sent/)).toBeVisible();
  const { sent } = await api.campaign(request, id);
  // A counter that gains digits moves nothing beside it.
  const widths = await page.locator('[data-room="2,000"]').evaluateAll((places) =>
    places.map((place) => {
      const before = place.getBoundingClientRect().width;
      const text = document.createTreeWalker(place, NodeFilter.SHOW_TEXT).nextNode() as Text;
      const kept = text.data;
      text.data = '2,000';
      const after = place.getBoundingClientRect().width;
      text.data = kept;
      return after - before;
    }),
  );
  expect(widths.length).toBeGreaterThan(8);
  expect(widths.filter((grown) => Math.abs(grown) > 0.5)).toEqual([]);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Cancel campaign' }).click();
  await expect(page.getByRole('dialog')).not.toContainText('pause it');
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it paused' }).click();
  await emailFaults(request, { latency_ms: 500 });
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(async () => (await api.campaign(request, id)).sent).toBeGreaterThan(sent);
  await emailFaults(request, { latency_ms: 6_000 });
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Cancel campaign' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel campaign' }).click();
  await expect(page.getByRole('heading', { level: 1 }).locator('..')).toContainText('Cancelled');
  await expect(page.getByRole('link', { name: /^Cancelled/ })).toBeVisible();
  // Screen readers are told the end, not the last interval's numbers.
  await expect(page.getByText(/^Cancelled\. [\d,]+ of 2,000 sent/)).toBeAttached();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeHidden();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing, and nothing is cut off, ${width} px wide and ${colorScheme}`, async ({ page, request }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const long = `${'long.'.repeat(11)}name@${'department.'.repeat(10)}example.com`;
      const name = 'A campaign with a name that is rather long, so that it has to wrap somewhere';
      const id = await sendTo(request, name, [long, 'gone+invalid@example.com', 'late+429@example.com', ...people(5)]);
      await page.goto(`/campaigns/${id}`);
      await expect(page.getByRole('row', { name: /late/ })).toContainText('Retrying');
      // The message in the frame is the marketer's, not ours, and the frame lets no script in, so axe would wait in vain.
      const violations = async () => (await new AxeBuilder({ page }).exclude('iframe').analyze()).violations;
      expect(await violations()).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.getByRole('link', { name: 'late+429@example.com', exact: true }).click();
      await expect(page.getByRole('dialog')).toContainText('Refused for now');
      expect(await violations()).toEqual([]);
    });
  }
}
