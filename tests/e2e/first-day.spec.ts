import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { administer } from '#tests/support/administer.ts';
import { startProvider, type TestProvider } from '#tests/support/oidc-provider.ts';
import { migrate } from '../../db/migrate/migrate.ts';
import { findRunning, freePort } from '../../scripts/postgres/embedded-postgres.ts';
import { test } from './watched.ts';

/** A web process in which nobody has an account, and which lets people in through their company alone; beside the database of the other tests. */
const database = 'first_day';
let server: string;
let web: ChildProcess;
let provider: TestProvider;
let base: string;
let log = '';

test.beforeAll(async () => {
  server = findRunning(resolve('.data/browser-tests/postgres'))?.url as string;
  await administer(server, `drop database if exists ${database} with (force)`);
  await administer(server, `create database ${database}`);
  const url = new URL(server);
  url.pathname = `/${database}`;
  await migrate(url.href);
  const port = await freePort();
  base = `http://localhost:${port}`;
  provider = await startProvider(`${base}/login/oidc/callback`);
  web = spawn(process.execPath, ['server.ts'], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'development',
      DATABASE_URL: url.href,
      DATA_DIR: 'test-results/first-day',
      PORT: String(port),
      BASE_URL: base,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_LABEL: 'Example Company',
      OIDC_ROLE_CLAIM: 'groups',
      OIDC_ROLES: '{"mail": "marketer"}',
      OIDC_SCOPE: 'openid email profile groups',
      OIDC_ONLY: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  web.stdout?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
});

test.afterAll(async () => {
  const ended = new Promise((resolve) => web.once('exit', resolve));
  web.kill('SIGTERM');
  await ended;
  await provider.stop();
  await administer(server, `drop database ${database} with (force)`);
});

async function expectAccessible(page: Page): Promise<void> {
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test('the first administrator comes with the link of the log, all others through their company, by keyboard', async ({ page }) => {
  await expect.poll(() => log).toMatch(/\/setup\/[\w-]{43}/);
  await page.goto(/http:\S+\/setup\/[\w-]{43}/.exec(log)?.[0] as string);
  await expect(page.getByLabel('Your name')).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.type('Bea First');
  await page.keyboard.press('Tab');
  await page.keyboard.type('bea');
  await page.keyboard.press('Enter');
  const email = page.getByLabel('Email');
  await expect(email).toHaveAccessibleDescription('Enter an email address.');
  await expect(email).toBeFocused();
  await email.fill('bea@example.com');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Campaigns');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'New campaign' }).first().press('Enter');
  await expect(page).toHaveURL(/\/campaigns\/new$/);
  await expectAccessible(page);

  await page.getByRole('button', { name: /Bea First/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
  const company = page.getByRole('link', { name: 'Sign in with Example Company' });
  await expect(company).toBeVisible();
  await expect(page.getByLabel('Email')).toHaveCount(0);
  await expectAccessible(page);

  await company.press('Enter');
  await page.getByRole('link', { name: /cancel/i }).click();
  await expect(page.getByRole('alert')).toContainText('It was cancelled at Example Company');
  await expectAccessible(page);

  provider.people.cem = { email: 'cem@example.com', email_verified: true, name: 'Cem Kaya', groups: [] };
  const asCem = async () => {
    await company.press('Enter');
    await page.locator('[name=login]').fill('cem');
    await page.locator('[name=password]').fill('any');
    await page.keyboard.press('Enter');
  };
  await asCem();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('alert')).toContainText('You have no role here');
  provider.people.cem.groups = ['mail'];
  await company.press('Enter');
  await expect(page.getByRole('button', { name: /Cem Kaya/ })).toBeVisible();
});
