import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** The installer on its own, with an npm that only writes down how it is called: what it says of the lock file decides whether that may be left. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-prepare-'));
  mkdirSync(join(folder, 'scripts'));
  for (const file of ['scripts/prepare.js', 'package.json', 'package-lock.json']) cpSync(file, join(folder, file));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param says what `npm ci` says as it fails; null where it passes. The last line of what the installer says, and npm's calls. */
function install(says: string | null) {
  const npm = join(folder, 'npm-cli.js');
  writeFileSync(
    npm,
    `import { appendFileSync } from 'node:fs';
     appendFileSync('calls', JSON.stringify(process.argv.slice(2)) + '\\n');
     if (process.argv[2] === 'ci' && ${says !== null}) { console.error(${JSON.stringify(says)}); process.exit(1); }`,
  );
  writeFileSync(
    join(folder, 'run.js'),
    `import { prepare } from './scripts/prepare.js'; await prepare({ build: false }); console.log('installed');`,
  );
  const run = spawnSync(process.execPath, ['run.js'], { cwd: folder, env: { ...process.env, npm_execpath: npm }, encoding: 'utf8' });
  const calls = existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [];
  return { passed: run.status === 0, told: run.stdout + run.stderr, calls: calls.map((line) => JSON.parse(line) as string[]) };
}

const mismatch = 'npm error code EINTEGRITY\nnpm error sha512-a integrity checksum failed when using sha512';
test.each<[what: string, says: string | null, passed: boolean, commands: string[]]>([
  ['passes', null, true, ['ci']],
  ['finds other bytes than the lock file names', mismatch, false, ['ci']],
  ['finds other bytes, and one package not at all', `${mismatch}\nnpm error code E404`, false, ['ci']],
  ['finds one package not at all, and then other bytes', `npm error code E404\n${mismatch}`, false, ['ci']],
  ['finds a lock file that says something else', 'npm error code EUSAGE', false, ['ci']],
  ['may not write', 'npm error code EACCES', false, ['ci']],
  ['does not reach the registry', 'npm error code ENOTFOUND', true, ['ci', 'install']],
  ['finds one package not at all', 'npm error code E404', true, ['ci', 'install']],
])('where npm %s', (_, says, passed, commands) => {
  const run = install(says);
  expect([run.passed, run.calls.map(([command]) => command)]).toEqual([passed, commands]);
  for (const call of run.calls) expect(call).toContain('--ignore-scripts');
  expect(run.told).toContain(passed ? 'installed' : 'Nothing was taken that is not in package-lock.json.');
});
