import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { admin } from '#tests/support/product.ts';
import { signIn } from './sent-campaign.ts';
import { test } from './watched.ts';

test('a wrong password is told without saying which part was wrong, and what was typed stays', async ({ page }) => {
  await page.goto('/login');
  await page.getByLabel('Email').fill(admin.email);
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('Email or password is wrong');
  await expect(page.getByLabel('Email')).toHaveValue(admin.email);
  await expect(page.getByRole('textbox', { name: 'Password' })).toBeFocused();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test('signing in leads back to where one wanted to go, signing out closes the door', async ({ page }) => {
  await page.goto('/?status=DRAFT');
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByLabel('Email').fill(admin.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/\?status=DRAFT$/);

  await page.getByRole('button', { name: /Administrator/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login$/);
  await page.goto('/');
  await expect(page).toHaveURL(/\/login$/);
});

test('a forgotten password is asked for by keyboard, and the answer tells nobody who has an account', async ({ page }) => {
  await page.goto('/login');
  await page.getByRole('link', { name: 'Forgot your password?' }).press('Enter');
  await expect(page.getByLabel('Email')).toBeFocused();
  for (const email of ['nobody-at-all@example.com', admin.email]) {
    await page.getByLabel('Email').fill(email);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status', { name: 'Look into your mailbox' })).toContainText(
      `If ${email} has an account here, a link is on its way to it.`,
    );
  }
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test('one’s own password is changed in the account, with the one before', async ({ page }) => {
  await signIn(page);
  await page.getByRole('button', { name: /Administrator/ }).click();
  await page.getByRole('menuitem', { name: 'Your account' }).click();
  await page.getByRole('textbox', { name: 'Your password now' }).fill('not this one');
  await page.getByRole('textbox', { name: 'New password' }).fill('a new one for browser tests');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Your password now' })).toHaveAccessibleDescription('This is not your password.');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test('a forged link does not lead to another site', async ({ page, baseURL }) => {
  await page.goto('/login?next=//elsewhere.example.com/');
  await page.getByLabel('Email').fill(admin.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${baseURL}/`);
});

test('the colour scheme follows the system until one is chosen, and the choice stays', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await signIn(page);
  const scheme = page.locator('html');
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await page.getByRole('button', { name: /Administrator/ }).click();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByRole('menuitem', { name: 'Light' }).click();
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'light');
  await page.reload();
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'light');
});

test('an address with nothing under it says so, within the frame', async ({ page }) => {
  await signIn(page);
  const answer = await page.goto('/campaigns/999999/edit');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is nothing here');
  await page.getByRole('link', { name: 'Go to campaigns' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Campaigns');
  // The router's own words are for developers.
  await page.goto('/no-such-place');
  await expect(page.getByRole('alert')).toContainText('The address may be mistyped');
});
