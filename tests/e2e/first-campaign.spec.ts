import { expect, test } from '@playwright/test';
import { admin } from '../support/product.ts';

/** 60 people, of whom one is refused for good and one answers only at the third request: a retry to watch. */
const contacts = [
  'Email,First name',
  'refused+invalid@example.com,Rhea',
  'slow+429x2@example.com,Silas',
  ...Array.from({ length: 58 }, (_, n) => `person${n}@example.com,Person ${n}`),
].join('\n');

test('a newcomer signs in, imports a list, sends, and watches every recipient end', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel('Email').fill(admin.email);
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/\/login/);

  await page.goto('/campaigns/new');
  await page.getByLabel('Name').fill('Spring launch');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(page).toHaveURL(/\/campaigns\/\d+\/edit/);

  await page
    .getByLabel('Contact list, a CSV file')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(contacts) });
  await page.getByRole('button', { name: 'Import this list' }).click();
  await expect(page.getByRole('status', { name: 'Import report' })).toContainText('60');

  await page.getByRole('textbox', { name: 'Subject' }).fill('Hello {{ first_name }}');
  await page.getByRole('textbox', { name: 'HTML' }).fill('<p>Dear {{ first_name }}, spring is here.</p>');
  await page.getByRole('button', { name: /^Send to 60/ }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Send to 60/ })
    .click();

  await expect(page).toHaveURL(/\/campaigns\/\d+$/);
  const slow = page.getByRole('row').filter({ hasText: 'slow+429x2@example.com' });
  await expect(slow).toContainText(/Retry \d of 3 in \d/);
  await expect(page.getByTestId('counter')).toHaveText('59 of 60 sent');
  await expect(slow).toContainText('Sent');
  await expect(page.getByRole('row').filter({ hasText: 'refused+invalid@example.com' })).toContainText('Failed');
});
