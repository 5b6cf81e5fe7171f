import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, expect, type Page } from '@playwright/test';
import { Secret, TOTP } from 'otpauth';
import { signIn } from './sent-campaign.ts';
import { test } from './watched.ts';

const password = 'the words of a browser';

/** Somebody who was invited, in a browser of their own. */
async function invited(page: Page, browser: Browser, name: string): Promise<{ own: Page; email: string }> {
  const email = `tove${Date.now()}@example.com`;
  await page.goto('/settings/people');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Email', { exact: true }).fill(email);
  await page.getByLabel('Role', { exact: true }).selectOption('analyst');
  await page.getByLabel('Send the link by email').uncheck();
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const url = await page.getByText(/\/access\/[\w-]{43}$/).innerText();
  const own = await (await browser.newContext()).newPage();
  await own.goto(url);
  await own.getByRole('textbox', { name: 'Password' }).fill(password);
  await own.keyboard.press('Enter');
  await expect(own.getByRole('heading', { level: 1 })).toHaveText('Campaigns');
  return { own, email };
}

async function sayPassword(page: Page, email: string): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Email').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.keyboard.press('Enter');
}

async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(name) }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login$/);
}

/** From the key that the page shows, as an app does. */
async function appOf(page: Page): Promise<TOTP> {
  const words = await page.getByText(/^Or type this key into it:/).innerText();
  return new TOTP({ secret: Secret.fromBase32(words.split(':')[1]?.replaceAll(/\s/g, '') as string) });
}

async function expectAccessible(page: Page): Promise<void> {
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test('a second factor is set up, asked for, lost and required, all by keyboard', async ({ page, browser }) => {
  // One long walk.
  test.setTimeout(240_000);
  await signIn(page);
  const { own, email } = await invited(page, browser, 'Tove Factor');

  await own.goto('/account');
  await own.getByRole('link', { name: 'Set up' }).press('Enter');
  await own.getByRole('button', { name: 'Set it up' }).press('Enter');
  await expect(own.getByRole('img', { name: 'QR code for the app' })).toBeVisible();
  await expect(own.locator(':focus')).toContainText('1. Let the app scan this');
  await expectAccessible(own);
  const app = await appOf(own);
  await own.getByRole('textbox', { name: 'Code' }).fill('000000');
  await own.keyboard.press('Enter');
  await expect(own.getByRole('textbox', { name: 'Code' })).toHaveAccessibleDescription(/This is not the code that the app shows now/);
  await expect(own.getByRole('textbox', { name: 'Code' })).toBeFocused();
  await own.getByRole('textbox', { name: 'Code' }).fill(app.generate());
  await own.keyboard.press('Enter');
  const codes = own.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await expect(codes).toHaveCount(10);
  const [first = '', second = ''] = await codes.allInnerTexts();
  await expectAccessible(own);
  await own.reload();
  await expect(own.getByText('10 recovery codes are left')).toBeVisible();
  await expect(codes).toHaveCount(0);

  await signOut(own, 'Tove');
  await sayPassword(own, email);
  const code = own.getByRole('textbox', { name: 'Code' });
  await expect(code).toBeFocused();
  await expect(code).toHaveAttribute('autocomplete', 'one-time-code');
  await expectAccessible(own);
  await code.fill('123456');
  await own.keyboard.press('Enter');
  await expect(own.getByRole('alert')).toContainText('That code is wrong, or was used already');
  await code.fill(app.generate({ timestamp: Date.now() + 30_000 }));
  await own.keyboard.press('Enter');
  await expect(own.getByRole('heading', { level: 1 })).toHaveText('Campaigns');

  await signOut(own, 'Tove');
  await sayPassword(own, email);
  await own.getByRole('link', { name: 'Use a recovery code instead' }).press('Enter');
  await own.getByRole('textbox', { name: 'Recovery code' }).fill('lost it');
  await own.keyboard.press('Enter');
  await expect(own.getByRole('alert')).toContainText('This is none of your recovery codes');
  await own.getByRole('textbox', { name: 'Recovery code' }).fill(first.toUpperCase());
  await own.keyboard.press('Enter');
  await expect(own.getByRole('alert')).toContainText('You signed in with a recovery code');
  await expect(own.getByText('9 recovery codes are left')).toBeVisible();
  await expectAccessible(own);
  await own.getByRole('textbox', { name: 'Your password' }).fill(password);
  await own.getByRole('button', { name: 'New recovery codes' }).press('Enter');
  await expect(codes).toHaveCount(10);
  expect(await codes.allInnerTexts()).not.toContain(second);

  // The administrator asks it of a role, but of their own only with an own one.
  await page.goto('/settings/people');
  const required = page.getByRole('region', { name: 'Second factor required' });
  await required.getByRole('checkbox', { name: 'Administrator' }).check();
  await required.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('Set up a second factor for your own account first');
  await expect(page.getByRole('alert')).toBeInViewport();
  await expect(required.getByRole('checkbox', { name: 'Administrator' })).not.toBeChecked();
  await required.getByRole('checkbox', { name: 'Analyst' }).press('Space');
  await required.getByRole('button', { name: 'Save' }).press('Enter');
  await expect(page.getByRole('status', { name: 'A second factor is required for: analyst.' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Tove Factor' }).press('Enter');
  await page.getByRole('button', { name: 'Take it off: Tove Factor' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Take it off' }).press('Enter');
  await expect(page.getByText('The second factor of Tove Factor is taken off')).toBeVisible();
  await own.goto('/');
  await expect(own).toHaveURL(/\/login$/);
  await sayPassword(own, email);
  await expect(own.getByRole('heading', { level: 1 })).toHaveText('Set up a second factor');
  await own.goto('/reports');
  await expect(own).toHaveURL(/\/second-factor\?next=%2Freports$/);
  await own.getByRole('button', { name: 'Set it up' }).press('Enter');
  await expectAccessible(own);
  await own.getByRole('textbox', { name: 'Code' }).fill((await appOf(own)).generate());
  await own.keyboard.press('Enter');
  await expect(codes).toHaveCount(10);
  await expectAccessible(own);
  await own.getByRole('link', { name: 'Continue' }).press('Enter');
  await expect(own.getByRole('heading', { level: 1 })).toHaveText('Reports');

  await page.goto('/settings/people');
  await required.getByRole('checkbox', { name: 'Analyst' }).uncheck();
  await required.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status', { name: 'A second factor is required for nobody.' })).toBeVisible();
  await own.context().close();
});
