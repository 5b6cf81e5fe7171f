import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { Webhook } from 'standardwebhooks';
import { admin, apiKey } from '../support/product.ts';
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts';
import { test } from './watched.ts';

let receiver: Receiver;
test.beforeAll(async () => {
  receiver = await startReceiver();
});
test.afterAll(() => receiver.stop());

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/\/login/);
}

/** A campaign whose one person is refused for good. */
async function failingCampaign(page: Page, name: string): Promise<void> {
  const headers = { Authorization: `Bearer ${apiKey}` };
  const made = await page.request.post('/api/v1/campaigns', { headers, data: { name, channel: 'email', subject: 'Hello', text: 'Hello' } });
  const { id } = await made.json();
  const list = [{ address: 'refused+invalid@example.com' }];
  await page.request.post(`/api/v1/campaigns/${id}/recipients`, { headers, data: list });
  await page.request.post(`/api/v1/campaigns/${id}/send`, { headers, data: {} });
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include('#content').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test('an administrator adds a webhook, tests it, and is told of a campaign that failed, here and there', async ({ page }) => {
  await signIn(page, admin);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Add an endpoint' }).click();
  await page.getByLabel('URL').fill('not a url');
  await page.getByRole('button', { name: 'Add the endpoint' }).click();
  await expect(page.getByText('Enter a whole URL')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('URL').fill(`${receiver.url}/rollcall`);
  await page.getByRole('checkbox', { name: 'Campaign partially sent' }).uncheck();
  await page.getByRole('button', { name: 'Add the endpoint' }).click();
  const secret = await page.getByText(/^whsec_/).innerText();
  await page.getByRole('link', { name: 'Go on to send a test' }).click();
  await expect(page.getByText(secret)).toHaveCount(0);

  receiver.answer = (response) => response.writeHead(500).end('no room');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(page.getByRole('alert')).toContainText('status 500');
  await page.locator('summary', { hasText: 'Test' }).first().click();
  await expect(page.getByText('no room')).toBeVisible();
  await expectAccessible(page);
  receiver.answer = (response) => response.writeHead(200).end();
  await page.getByRole('button', { name: /^Send again/ }).click();
  await expect(page.getByText('The receiver took it (200)')).toBeVisible();

  const bell = page.getByRole('button', { name: /^Notifications/ }).first();
  await failingCampaign(page, 'Doomed launch');
  await expect(bell).toHaveAccessibleName(/unread/);
  await bell.click();
  const news = page.getByRole('dialog', { name: 'Notifications' });
  await expect(news.getByRole('link', { name: 'Doomed launch failed' })).toBeVisible();
  await news.getByRole('button', { name: 'Mark all as read' }).click();
  await page.keyboard.press('Escape');
  await expect(bell).toHaveAccessibleName('Notifications');
  await page.reload();
  await expect(bell).toHaveAccessibleName('Notifications');

  await expect.poll(() => receiver.received.length).toBe(3);
  const { body, headers } = receiver.received[2] as Received;
  const told = new Webhook(secret).verify(body, headers as Record<string, string>);
  expect(told).toMatchObject({ type: 'campaign.failed', data: { campaign: { name: 'Doomed launch' } } });
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(page.locator('summary', { hasText: 'Doomed launch' })).toContainText('Delivered', { timeout: 500 });
  }).toPass();

  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove the endpoint' }).click();
  await expect(page).toHaveURL(/\/settings\/webhooks$/);
});

test('an administrator makes a key for a program, and takes it back', async ({ page }) => {
  const [before, name] = [`Nightly report ${Date.now()}`, `Weekly report ${Date.now()}`];
  await signIn(page, admin);
  await page.goto('/settings/keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('Choose at least one thing')).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await page.keyboard.type(before);
  await page.getByRole('checkbox', { name: 'Read', exact: true }).check();
  await page.getByLabel('Ends after').selectOption('date');
  await page.getByLabel('Last day (UTC)').fill('2020-01-01');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('This day is over already.')).toBeVisible();
  await page.getByLabel('Ends after').selectOption('30');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const key = await page.getByText(/^rk_/).innerText();
  await expect(page.getByText(/^rk_/)).toBeInViewport();
  await expect(page.locator(':focus')).toContainText(key);
  const read = (path: string) => page.request.get(`/api/v1${path}`, { headers: { Authorization: `Bearer ${key}` } });
  expect((await read('/campaigns')).status()).toBe(200);
  expect((await read('/campaigns')).headers()['api-key-expires']).toMatch(/Z$/);
  expect((await read('/webhook-endpoints')).status()).toBe(403);
  await expectAccessible(page);
  await page.getByRole('button', { name: `Rename: ${before}` }).click();
  await page.getByLabel('New name').fill(name);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The key has its new name.')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: name })).toContainText(/Read.*Ends in.*last used/s);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: `Revoke: ${name}` }).click();
  await expect(page.getByRole('dialog', { name: 'Revoke this key?' })).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByRole('button', { name: 'Revoke the key' }).click();
  await expect(page.getByText('The key is revoked.')).toBeVisible();
  await expect.poll(async () => (await read('/campaigns')).status(), { timeout: 8_000 }).toBe(401);
});

test('an administrator invites somebody, who chooses a password by keyboard and learns whom to ask for settings', async ({
  page,
  browser,
}) => {
  await signIn(page, admin);
  await page.goto('/settings/people');
  const email = `ana${Date.now()}@example.com`;
  await page.getByLabel('Name', { exact: true }).fill('Ana');
  await page.getByLabel('Email', { exact: true }).fill(email);
  await page.getByLabel('Role', { exact: true }).selectOption('analyst');
  await page.getByLabel('Send the link by email').uncheck();
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const link = await page.getByText(/\/access\/[\w-]{43}$/).innerText();
  await expectAccessible(page);
  const row = page.getByRole('listitem').filter({ hasText: email });
  await expect(row).toContainText('Invited');

  const context = await browser.newContext();
  const ana = await context.newPage();
  const opened = ana.waitForResponse(link);
  await ana.goto(link);
  expect((await (await opened).allHeaders())['referrer-policy']).toMatch(/no-referrer$/);
  await expect(ana).toHaveURL(/\/access\/password$/);
  expect((await new AxeBuilder({ page: ana }).analyze()).violations).toEqual([]);
  const password = ana.getByRole('textbox', { name: 'Password' });
  await expect(password).toBeFocused();
  await ana.keyboard.type('too short');
  await ana.keyboard.press('Enter');
  await expect(password).toHaveAccessibleDescription(/too short; the least is 10/);
  await password.fill('');
  await expect(password).toBeFocused();
  await ana.keyboard.type('chosen by Ana herself');
  await ana.keyboard.press('Enter');
  await expect(password).toHaveAccessibleDescription(/The name or the email address is part of this password/);
  await password.fill('');
  await ana.keyboard.type('chosen by nobody else');
  await ana.keyboard.press('Enter');
  await expect(ana.getByRole('heading', { name: 'Campaigns', exact: true })).toBeVisible();
  await ana.goto(link);
  await expect(ana.getByRole('heading', { name: 'This link opens nothing' })).toBeVisible();

  await expect(ana.getByRole('link', { name: 'Settings' })).toHaveCount(0);
  await ana.goto('/settings/people');
  await expect(ana.getByRole('heading', { name: 'Settings are for administrators' })).toBeVisible();
  await expect(ana.getByRole('link', { name: admin.email })).toBeVisible();
  await expectAccessible(ana);

  await page.reload();
  await row.getByLabel('Role of Ana').selectOption('marketer');
  await row.getByRole('button', { name: 'Change the role of Ana' }).click();
  await expect(page.getByText('Ana is now: Marketer.')).toBeVisible();
  await row.getByRole('link', { name: 'Ana' }).click();
  await page.getByRole('button', { name: 'Mail a link to a new password: Ana' }).click();
  await expect(page.getByText(`is on its way to ${email}`)).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill('Ana Example');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByText('The name is now: Ana Example.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Team', exact: true }).first().click();
  await row.getByRole('button', { name: 'Disable: Ana Example' }).click();
  await page.getByRole('button', { name: 'Disable the account' }).click();
  await expect(row.getByText('Disabled')).toBeVisible();
  await ana.reload();
  await expect(ana).toHaveURL(/\/login/);
  await context.close();

  await row.getByRole('link', { name: 'Ana Example' }).click();
  await page.getByRole('button', { name: 'Delete: Ana Example' }).click();
  await page.getByRole('button', { name: 'Delete the account' }).click();
  await expect(page).toHaveURL(/\/settings\/people$/);
  await expect(row).toHaveCount(0);
});

test('the providers’ page shows no key', async ({ page }) => {
  await signIn(page, admin);
  await page.goto('/settings/providers');
  await expect(page.getByRole('region', { name: 'SendGrid' })).toContainText('Sandbox');
  await expectAccessible(page);
});
