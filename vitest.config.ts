import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two lists: what needs a database shares one server, started once; unit tests start without it.
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          setupFiles: ['tests/support/console.ts'],
        },
      },
      {
        test: {
          name: 'database',
          include: ['tests/{database,api,contract}/**/*.test.{ts,tsx}'],
          setupFiles: ['tests/support/console.ts'],
          globalSetup: ['tests/support/database-server.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
    reporters: ['default', './tests/support/summary-reporter.ts'],
    maxWorkers: 2,
    // A test that waits must wait for a condition; none is tried twice.
    retry: 0,
  },
});
