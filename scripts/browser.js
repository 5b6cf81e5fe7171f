import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Finds a Chromium for the browser tests, or installs one.
 *
 * @param {string} node
 * @returns {{ path?: string, missing?: string }} no path: Playwright's own
 */
export function findBrowser(node) {
  if (process.env.CHROMIUM) {
    return existsSync(process.env.CHROMIUM)
      ? { path: process.env.CHROMIUM }
      : { missing: `CHROMIUM is ${process.env.CHROMIUM}, but there is no such file.` };
  }
  const path = onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);
  if (path) return { path };
  if (hasPlaywrightsOwn(node)) return {};
  console.log('Installing a browser for the tests');
  const run = (command, args) => spawnSync(command, args, { stdio: 'inherit' }).status === 0;
  if (run(node, ['node_modules/@playwright/test/cli.js', 'install', 'chromium']) && startsPlaywrightsOwn(node)) return {};
  if (process.getuid?.() === 0 && onPath(['apt-get'])) {
    run('apt-get', ['update', '-q']);
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium']);
    const installed = onPath(['chromium', 'chromium-browser']);
    if (installed) return { path: installed };
  }
  return { missing: 'No Chromium was found and none could be installed. Install one and set CHROMIUM=/path/to/it.' };
}

function onPath(names) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

function hasPlaywrightsOwn(node) {
  const script = `import('@playwright/test').then(({ chromium }) => process.exit(require('node:fs').existsSync(chromium.executablePath()) ? 0 : 1))`;
  return spawnSync(node, ['-e', script]).status === 0 && startsPlaywrightsOwn(node);
}

/** It may be there and still lack libraries of the system. */
function startsPlaywrightsOwn(node) {
  const script = `import('@playwright/test').then(({ chromium }) => chromium.launch()).then((browser) => browser.close())`;
  return spawnSync(node, ['-e', script]).status === 0;
}
