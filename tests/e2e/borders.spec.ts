import { expect, type Page, test } from '@playwright/test';
import { admin, apiKey } from '#tests/support/product.ts';
import { api, emailFaults, people, sendTo, signIn } from './sent-campaign.ts';

/** What a page says to its console in the way of complaint. */
function complaints(page: Page): string[] {
  const told: string[] = [];
  page.on('pageerror', (error) => told.push(error.message));
  page.on('console', (message) => message.type() === 'error' && told.push(message.text()));
  return told;
}

test.describe.configure({ timeout: 150_000 });
test.beforeEach(async ({ page, request }) => {
  await emailFaults(request, { latency_ms: 300 });
  await signIn(page);
});
test.afterAll(async ({ request }) => emailFaults(request, {}));

test('a page that the browser translates goes on telling the truth', async ({ page, request }) => {
  // Slow enough that it cannot end before it is paused, whatever else the machine does.
  await emailFaults(request, { latency_ms: 6_000 });
  const id = await sendTo(request, 'Translated', ['gone+invalid@example.com', 'late+429x2@example.com', ...people(900)]);
  const told = complaints(page);
  await page.goto(`/campaigns/${id}`);
  // Live: a page that is translated before that is drawn anew as it comes to life.
  await expect.poll(() => page.title(), { timeout: 30_000 }).not.toMatch(/^0%/);
  // As translators do: each text that may be translated gives way to elements of theirs, and so do those that come later.
  await page.evaluate(() => {
    const translate = (root: Node) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      for (const text of texts) {
        const parent = text.parentElement;
        if (!parent || !text.data.trim() || parent.closest('[translate=no], script, style, font, svg')) continue;
        const outer = document.createElement('font');
        const inner = document.createElement('font');
        inner.textContent = `«${text.data}»`;
        outer.append(inner);
        text.replaceWith(outer);
      }
    };
    translate(document.body);
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) if (node.isConnected) translate(node);
    }).observe(document.body, { childList: true, subtree: true });
  });
  await expect(page.getByText('«Campaigns»').first()).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText(/wait» until you press|until you press Resume/).first()).toBeVisible();
  await emailFaults(request, {});
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('link', { name: /Failed/ }).click();
  await expect(page.getByTestId('counter')).toHaveText('901 of 902 sent', { timeout: 40_000 });
  await expect(page.getByRole('heading', { level: 1 }).locator('..')).toContainText('Partially sent');
  await expect(page.getByRole('alert').first()).toContainText('1 recipient could not be reached');
  await expect(page.locator('tbody tr[data-recipient]')).toHaveCount(1);
  await page.getByRole('link', { name: 'Reports' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Reports');
  expect(told).toEqual([]);
});

test('a page that extensions changed before it came to life comes to life', async ({ page, request }) => {
  const id = await sendTo(request, 'Extended', people(300));
  const told = complaints(page);
  await page.addInitScript(() => {
    const change = () => {
      if (!document.body || document.getElementById('extension')) return;
      const made = (tag: string, id: string) => Object.assign(document.createElement(tag), { id });
      document.body.prepend(made('div', 'extension'));
      document.body.append(made('aside', 'extension-too'));
      document.head.prepend(made('script', 'extension-script'));
      for (const title of document.querySelectorAll('h1')) title.after(made('extension-button', 'extension-button'));
      document.documentElement.setAttribute('data-darkreader-mode', 'dynamic');
      document.body.setAttribute('data-gr-ext-installed', '');
      for (const input of document.querySelectorAll('input')) input.setAttribute('data-lastpass-icon-root', 'true');
    };
    document.addEventListener('readystatechange', change);
  });
  await page.goto(`/campaigns/${id}`);
  await emailFaults(request, {});
  await expect(page.getByTestId('counter')).toHaveText('300 of 300 sent', { timeout: 40_000 });
  expect(await page.evaluate(() => getComputedStyle(document.body).fontFamily)).toContain('Inter');
  // All of it is back, and React never met it.
  for (const id of ['extension', 'extension-too', 'extension-script', 'extension-button'])
    await expect(page.locator(`#${id}`)).toHaveCount(1);
  expect(told).toEqual([]);
});

test('offline, a click leaves everything where it is, and what was asked for opens when the network is back', async ({
  page,
  context,
  request,
}) => {
  await emailFaults(request, {});
  const id = await sendTo(request, 'Offline', ['gone+invalid@example.com', ...people(20)]);
  await expect.poll(async () => (await api.campaign(request, id)).finished_at, { timeout: 30_000 }).not.toBeNull();
  await page.goto(`/campaigns/${id}`);
  await expect(page.getByTestId('counter')).toHaveText('20 of 21 sent');
  await page.evaluate(() => Object.assign(window, { stillTheSame: true }));
  await context.setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await page.getByRole('link', { name: /^Failed/ }).click();
  await expect(page.getByText(/opens when the network is back/)).toBeVisible();
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('link', { name: /^Failed/ }).click();
  await expect(page.getByTestId('counter')).toHaveText('20 of 21 sent');
  await expect(page.getByText(/went wrong|could not be made/)).toHaveCount(0);
  await context.setOffline(false);
  await expect(page).toHaveURL(/status=failed/);
  await expect(page.locator('tbody tr[data-recipient]')).toHaveCount(1);
  await expect(page.getByText('You are offline.')).toBeHidden();
  expect(await page.evaluate(() => 'stillTheSame' in window)).toBe(true);
});

test('who was signed out elsewhere is told, and led back', async ({ page, context, request }) => {
  await emailFaults(request, {});
  const id = await sendTo(request, 'Signed out', people(5));
  await page.goto(`/campaigns/${id}`);
  await expect(page.getByTestId('counter')).toHaveText('5 of 5 sent');
  const other = await context.newPage();
  await other.goto('/');
  await other.getByRole('button', { name: /Administrator/ }).click();
  await other.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(other).toHaveURL(/\/login/);
  await expect(page.getByText('You are signed out, so nothing here is live any more.')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/Reconnecting/)).toHaveCount(0);
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await page.getByLabel('Email').fill(admin.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}$`));
});

test('the sandbox is named on every page, and paper shows bar and chart without the navigation', async ({ page, request }) => {
  await emailFaults(request, {});
  const id = await sendTo(request, 'Printed', ['gone+invalid@example.com', ...people(20)]);
  await page.goto(`/campaigns/${id}`);
  await expect(page.getByText('Messages reach nobody')).toBeVisible();
  await expect(page.getByTestId('counter')).toHaveText('20 of 21 sent');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'More actions' })).toBeHidden();
  await expect(page.locator('[data-part=sent]').first()).toBeVisible();
  await expect(page.getByRole('region', { name: /^Per (second|minute)/ })).toBeVisible();
  await expect(page.getByText('Address was refused').first()).toBeVisible();
});

test('pictures of other servers are loaded when somebody asks for them, in every preview', async ({ page, request }) => {
  let loaded = 0;
  await page.route('https://pictures.example/**', (route) => {
    loaded += 1;
    return route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>' });
  });
  const html = '<h1>Hello</h1><img alt="Logo" src="https://pictures.example/logo.svg">';
  const id = await sendTo(request, 'With a picture', ['pia@example.com'], { html });
  const places = [
    async () => {
      await page.goto(`/campaigns/${id}`);
      await page.getByRole('button', { name: 'See the message' }).click();
    },
    async () => {
      const { data } = await api.recipients(request, id);
      await page.goto(`/campaigns/${id}/recipients/${data[0]?.id}`);
    },
    async () => {
      const clone = await request.post(`/api/v1/campaigns/${id}/clone`, { headers: { authorization: `Bearer ${apiKey}` }, data: {} });
      await page.goto(`/campaigns/${((await clone.json()) as { id: number }).id}/edit`);
    },
  ];
  for (const open of places) {
    loaded = 0;
    await open();
    const frame = page.frameLocator('iframe').first();
    await expect(frame.getByRole('heading', { name: 'Hello' })).toBeVisible();
    expect(loaded).toBe(0);
    await page.getByRole('button', { name: 'Show pictures' }).click();
    await expect.poll(() => loaded).toBeGreaterThan(0);
    await expect(page.getByRole('button', { name: 'Show pictures' })).toHaveCount(0);
  }
});
