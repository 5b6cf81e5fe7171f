import { type APIRequestContext, expect, type Page, test } from '@playwright/test';
import { admin, apiKey } from '../support/product.ts';
import { api, people, sendTo, signIn } from './sent-campaign.ts';

const headers = { authorization: `Bearer ${apiKey}` };

async function draft(request: APIRequestContext, name: string): Promise<number> {
  const data = { name, channel: 'email', subject: 'One', html: '<p>Hello</p>', from: 'news@example.com' };
  const { id } = (await (await request.post('/api/v1/campaigns', { headers, data })).json()) as { id: number };
  await request.post(`/api/v1/campaigns/${id}/recipients`, { headers, data: people(3).map((address) => ({ address })) });
  return id;
}
const change = async (request: APIRequestContext, id: number, data: object) =>
  expect((await request.patch(`/api/v1/campaigns/${id}`, { headers, data })).ok()).toBe(true);

const subject = (page: Page) => page.getByRole('textbox', { name: 'Subject' });
const saved = (page: Page) => expect(page.getByText('Saved', { exact: true })).toBeVisible();

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await signIn(page);
});

test('what somebody else changes shows at once; where both changed the same, a person chooses', async ({ page, context, request }) => {
  const id = await draft(request, 'Shared');
  await page.goto(`/campaigns/${id}/edit`);
  await expect(subject(page)).toHaveValue('One');
  await saved(page);
  await change(request, id, { subject: 'Theirs' });
  await expect(subject(page)).toHaveValue('Theirs');
  await expect(page.getByText(/changed the subject/)).toBeVisible();

  await context.setOffline(true);
  await subject(page).fill('Mine');
  await expect(page.getByText('Not saved: no connection')).toBeVisible();
  await change(request, id, { subject: 'Theirs again' });
  await context.setOffline(false);
  await expect(page.getByText('Theirs again')).toBeVisible();
  await expect(subject(page)).toHaveValue('Mine');
  expect((await api.campaign(request, id)).subject).toBe('Theirs again');
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await saved(page);
  expect((await api.campaign(request, id)).subject).toBe('Mine');
});

test('what is changed while somebody confirms is not sent, and the button says who changed it', async ({ page, request }) => {
  const id = await draft(request, 'Reviewed');
  await page.goto(`/campaigns/${id}/edit`);
  await saved(page);
  await page.getByRole('button', { name: 'Send to 3 people now' }).click();
  await change(request, id, { subject: 'Another one' });
  await page.getByRole('dialog').getByRole('button', { name: 'Send to 3 people' }).click();
  await expect(page.locator('#send-form').getByRole('alert')).toContainText(/changed the subject.*Nothing was sent/);
  expect((await api.campaign(request, id)).status).toBe('DRAFT');
  await page.getByRole('button', { name: 'Send to 3 people now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send to 3 people' }).click();
  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}$`));
});

test('a tab that stands still learns that the campaign was sent, and offers the live page', async ({ page, request }) => {
  const id = await draft(request, 'Left open');
  await page.goto(`/campaigns/${id}/edit`);
  await saved(page);
  await api.act(request, id, 'send');
  await expect(page.getByText(/^This campaign is (being )?sent/)).toBeVisible();
  await expect(page.getByRole('button', { name: /^Send to/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Delete' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: /Schedule|Review and send|Contacts/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'See how it goes' }).click();
  await expect(page).toHaveURL(new RegExp(`/campaigns/${id}$`));
});

test('signed out while writing: the text stays, and is saved after signing in beside it', async ({ page, context, request }) => {
  const id = await draft(request, 'Long lunch');
  await page.goto(`/campaigns/${id}/edit`);
  await saved(page);
  await context.clearCookies();
  await subject(page).fill('Written signed out');
  await page.getByRole('button', { name: 'Send to 3 people now' }).click();
  const refused = page.locator('#send-form').getByRole('alert');
  await expect(refused).toContainText('Not sent: you are signed out');
  const beside = refused.getByRole('link', { name: 'Sign in, in a new tab' });
  const [tab] = await Promise.all([context.waitForEvent('page'), beside.click()]);
  await tab.getByLabel('Email').fill(admin.email);
  await tab.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await expect(tab.getByText('You are signed in')).toBeVisible();
  await saved(page);
  await expect(refused).toHaveCount(0);
  expect((await api.campaign(request, id)).subject).toBe('Written signed out');
});

test('text that was not saved is offered back after a reload', async ({ page, context, request }) => {
  const id = await draft(request, 'Crashed');
  await page.goto(`/campaigns/${id}/edit`);
  await saved(page);
  await page.route(`**/api/v1/campaigns/${id}`, (route) => route.abort());
  await subject(page).fill('Before the crash');
  await expect(page.getByText('Not saved: no connection')).toBeVisible();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.unroute(`**/api/v1/campaigns/${id}`);
  await page.getByRole('button', { name: 'Put it back' }).click();
  await expect(subject(page)).toHaveValue('Before the crash');
  await saved(page);
  expect((await api.campaign(request, id)).subject).toBe('Before the crash');
  expect(context.pages()).toHaveLength(1);
});

test('unscheduling keeps the time, and the list has a menu, deletes drafts together and hears of new ones', async ({ page, request }) => {
  const id = await draft(request, 'Planned letter');
  const when = { scheduled_at: '2099-07-01T09:00', time_zone: 'Europe/Berlin' };
  await request.post(`/api/v1/campaigns/${id}/send`, { headers, data: when });
  await page.goto(`/campaigns/${id}`);
  await page.getByRole('button', { name: 'Unschedule' }).click();
  await expect(page).toHaveURL(/\/edit$/, { timeout: 40_000 });
  await expect(page.getByLabel('Day and time')).toHaveValue('2099-07-01T09:00');
  await expect(page.getByRole('textbox', { name: 'Time zone' })).toHaveValue(/Europe\/Berlin/);
  await expect(page.getByRole('button', { name: 'Schedule for 3 people' })).toBeEnabled();

  await page.goto('/campaigns');
  await expect(page).toHaveURL(/\/$/);
  await draft(request, 'Heard of at once');
  await expect(page.getByText('Heard of at once')).toBeVisible();
  await page.getByRole('button', { name: 'Choose drafts' }).click();
  await page.getByRole('checkbox', { name: 'Choose Heard of at once' }).check();
  await page.getByRole('checkbox', { name: 'Choose Planned letter' }).check();
  await page.getByRole('button', { name: 'Delete 2 drafts' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 2 drafts' }).click();
  await expect(page.getByText('Planned letter')).toHaveCount(0);
  expect((await request.get(`/api/v1/campaigns/${id}`, { headers })).status()).toBe(404);
});

test('a campaign that was sent shows its message, as somebody got it', async ({ page, request }) => {
  const id = await sendTo(request, 'Message to see', people(2));
  await page.goto(`/campaigns/${id}`);
  const message = page.getByRole('region', { name: 'Message' });
  await expect(message).toContainText('Hello {{ first_name }}');
  await message.getByRole('button', { name: 'See the message' }).click();
  await expect(page.frameLocator('iframe').getByText('Hello Person 1, good to see you.')).toBeVisible();
});
