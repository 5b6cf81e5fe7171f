// npm test: installs and builds what is missing, finds a browser, runs everything, and ends with one line "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findBrowser } from './browser.js';
import { prepare } from './prepare.js';

const node = await prepare({ build: true });
const folder = mkdtempSync(join(tmpdir(), 'rollcall-summary-'));
const summaryFile = join(folder, 'counts');
const env = {
  ...process.env,
  PATH: [dirname(node), join(process.cwd(), 'node_modules/.bin'), process.env.PATH].join(process.platform === 'win32' ? ';' : ':'),
  SUMMARY_FILE: summaryFile,
};
const total = { passed: 0, failed: 0, skipped: 0 };

run('unit, database and API tests', ['node_modules/vitest/vitest.mjs', 'run'], env);
const browser = findBrowser(node);
if (browser.missing) {
  console.error(browser.missing);
  total.failed++;
} else {
  rmSync('.data/browser-tests', { recursive: true, force: true });
  run('browser tests', ['node_modules/@playwright/test/cli.js', 'test'], { ...env, ...(browser.path ? { CHROMIUM: browser.path } : {}) });
}
rmSync(folder, { recursive: true, force: true });
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

/** A run that counted no failure and yet did not succeed, or said nothing, counts as one. */
function run(name, command, environment) {
  writeFileSync(summaryFile, '');
  console.log(`\nRunning ${name}`);
  const { status } = spawnSync(node, command, { stdio: 'inherit', env: environment });
  const counts = readFileSync(summaryFile, 'utf8').trim();
  const { passed, failed, skipped } = counts ? JSON.parse(counts) : { passed: 0, failed: 0, skipped: 0 };
  total.passed += passed;
  total.skipped += skipped;
  total.failed += failed || (status === 0 && counts ? 0 : 1);
}
