import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { admin, apiKey } from './tests/support/product.ts';

const port = Number(process.env.E2E_PORT ?? 3111);
const sandboxPort = Number(process.env.E2E_SANDBOX_PORT ?? 3112);
const chromium =
  process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

// The built product in one piece, as `npm start` runs it, with data of its own. `npm test` builds it and empties the folder before.
export default defineConfig({
  testDir: 'tests/e2e',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['./tests/support/playwright-summary.ts']],
  outputDir: 'test-results',
  use: {
    baseURL: `http://localhost:${port}`,
    browserName: 'chromium',
    trace: 'retain-on-failure',
    launchOptions: { ...(chromium ? { executablePath: chromium } : {}), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] },
  },
  webServer: {
    command: 'exec node start.js',
    url: `http://localhost:${port}/readyz`,
    timeout: 180_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
    stdout: 'ignore',
    stderr: 'pipe',
    env: {
      PORT: String(port),
      SANDBOX: '1',
      SANDBOX_PORT: String(sandboxPort),
      DATA_DIR: '.data/browser-tests',
      DATABASE_URL: '',
      BASE_URL: '',
      NODE_ENV: '',
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      API_KEY: apiKey,
      WEBHOOK_ALLOW_PRIVATE: '1',
      UNKNOWN_GRACE_S: '3',
    },
  },
});
