import { AxeBuilder } from '@axe-core/playwright';
import { type APIRequestContext, expect, type Page, test } from '@playwright/test';
import { api, sendTo, signIn } from './sent-campaign.ts';

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include('#content').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

async function sentTo(request: APIRequestContext, name: string, addresses: string[]): Promise<number> {
  const id = await sendTo(request, name, addresses);
  await expect.poll(async () => (await api.campaign(request, id)).status, { timeout: 30_000 }).toMatch(/^(PARTIALLY_)?SENT$/);
  return id;
}

test('an analyst sees how many were sent, saved and lost, and the way to SQL', async ({ page, request }) => {
  await sentTo(request, 'Reported', ['ada@example.com', 'bo+429x1@example.com', 'cy+invalid@example.com']);
  await signIn(page);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Reports' }).click();
  await expect(page.getByRole('heading', { name: 'Reports', level: 1 })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Day by day' })).toBeVisible();
  await page.getByText('The numbers as a table').click();
  const rows = page.getByLabel('Numbers over time').getByRole('row');
  await expect(rows).toHaveCount(31);
  await expect(page.getByText('Address was refused')).toBeVisible();
  const reason = page.getByRole('listitem').filter({ has: page.getByText('Address was refused') });
  await reason.getByText(/^In (one campaign|which campaigns)$/).click();
  await expect(reason.getByRole('link').first()).toHaveAttribute('href', /status=failed&code=invalid_address#recipients$/);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download these numbers as CSV' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^report-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/);
  const connect = page.getByRole('region', { name: 'Connect a BI tool' });
  await expect(connect.getByText('Database', { exact: true })).toBeVisible();
  await connect.getByText('How to connect').click();
  await expect(connect.getByText('psql "postgresql:')).toBeVisible();
  await expectAccessible(page);

  const today = await page.getByLabel('to', { exact: true }).inputValue();
  await page.getByLabel('From').fill(today);
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(new RegExp(`from=${today}&to=${today}`));
  await expect(rows).toHaveCount(2);

  await page.getByRole('navigation', { name: 'Period' }).getByRole('link', { name: '12 months' }).click();
  await expect(page).toHaveURL(/period=12m/);
  await expect(rows).toHaveCount(13);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page);
});

test('support reads what happened, to the campaign and to one recipient', async ({ page, request }) => {
  const id = await sentTo(request, 'Told', ['dan+429x1@example.com', 'eve@example.com']);
  await signIn(page);
  await page.goto(`/campaigns/${id}`);
  const activity = page.getByRole('region', { name: 'Activity' });
  await expect(activity.getByRole('listitem')).toHaveText([
    /It ended as sent: 2 of 2 sent\./,
    /started sending\./,
    /imported 2 contacts\./,
    /made the campaign\./,
  ]);
  const [file] = await Promise.all([page.waitForEvent('download'), activity.getByRole('link', { name: 'every attempt' }).click()]);
  expect(file.suggestedFilename()).toBe(`campaign-${id}-attempts.csv`);

  await page.getByRole('link', { name: 'dan+429x1@example.com' }).click();
  const story = page.getByRole('region', { name: 'What happened' });
  await expect(story.getByText('Accepted by SendGrid')).toBeVisible();
  await expect(story.getByText('Refused for now')).toBeVisible();
  await expect(story.getByText('started sending.')).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });
  test('the report is a table, and periods are links', async ({ page }) => {
    await signIn(page);
    await page.goto('/reports?period=7d');
    await page.getByText('The numbers as a table').click();
    await expect(page.getByLabel('Numbers over time').getByRole('row')).toHaveCount(8);
    await page.getByRole('link', { name: '13 weeks' }).click();
    await expect(page.getByRole('link', { name: '13 weeks' })).toHaveAttribute('aria-current', 'page');
  });
});
