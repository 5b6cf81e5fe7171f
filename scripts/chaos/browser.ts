import { existsSync } from 'node:fs';

/** A person in front of a browser, signed in. */
export interface Reader {
  open(campaignId: number): Promise<void>;
  /** The numbers on the page; null while it has none. */
  shows(): Promise<{ sent: number; total: number } | null>;
  close(): Promise<void>;
}

export const admin = { email: 'chaos@example.com', password: 'nobody knows where it breaks' };

const browsers = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Null where no browser is found. */
export async function startReader(url: string): Promise<Reader | null> {
  const executablePath = browsers.find((path) => path && existsSync(path));
  if (!executablePath) return null;
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const page = await browser.newPage();
  await page.goto(`${url}/login`);
  await page.getByLabel('Email').fill(admin.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((now) => now.pathname !== '/login');
  const counter = page.getByTestId('counter');
  return {
    async open(campaignId) {
      await page.goto(`${url}/campaigns/${campaignId}`);
      await counter.waitFor();
    },
    async shows() {
      const text = await counter.textContent({ timeout: 1_000 }).catch(() => null);
      const [sent, total] = text?.split(' of ').map((part) => Number(part.replaceAll(/\D/g, ''))) ?? [];
      return sent === undefined || total === undefined ? null : { sent, total };
    },
    close: () => browser.close(),
  };
}
