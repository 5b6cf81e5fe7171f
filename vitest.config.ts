import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // What needs a database shares one server of its project, started once; unit tests start without it. Tests of sending hold promises about
    // time, so they run alone, one file after the other, when the rest has ended.
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          setupFiles: ['tests/support/console.ts', 'tests/support/waiting.ts'],
          // Properties of addresses take two seconds alone, and several beside the rest.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'database',
          include: ['tests/{database,api,contract}/**/*.test.{ts,tsx}'],
          setupFiles: ['tests/support/console.ts', 'tests/support/waiting.ts'],
          globalSetup: ['tests/support/database-server.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'sending',
          include: ['tests/sending/**/*.test.ts'],
          setupFiles: ['tests/support/console.ts', 'tests/support/waiting.ts'],
          globalSetup: ['tests/support/database-server.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
    // Bounds of waiting are there for what never comes, not for what comes late: a slow machine is no fault.
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', './tests/support/summary-reporter.ts'],
    maxWorkers: 2,
    // A test that waits must wait for a condition; none is tried twice.
    retry: 0,
  },
});
