// npm run check: everything that can be told without running tests. Says all that is wrong, not only the first.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prepare } from './prepare.js';

const node = await prepare({ build: false });
const SOURCES = ['app', 'db', 'tasks', 'sandbox', 'scripts', 'bench', 'tests', 'server.ts', 'worker.ts'].filter((path) => existsSync(path));
const steps = [
  ['Lint and format', 'node_modules/@biomejs/biome/bin/biome', 'check', '.'],
  ['Types', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'],
  ['Import rules', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', ...SOURCES],
  ['Nothing unread', 'node_modules/knip/bin/knip.js', '--no-progress'],
  ['Packages', 'scripts/check-packages.ts'],
  ['Homes of SQL', 'scripts/check-sql.ts'],
  ['Schema', 'scripts/schema.ts', '--check'],
  ['Statements and their rows', 'scripts/check-rows.ts'],
  ['OpenAPI document', 'scripts/openapi.ts', '--check'],
  ['Picture of the ledger', 'scripts/ledger-docs.ts', '--check'],
  ['Reporting dictionary', 'scripts/reporting-docs.ts', '--check'],
];

const env = {
  ...process.env,
  PATH: [dirname(node), join(process.cwd(), 'node_modules/.bin'), process.env.PATH].join(process.platform === 'win32' ? ';' : ':'),
};
let failed = 0;
for (const [name, ...command] of steps) {
  const run = spawnSync(node, command, { encoding: 'utf8', env, maxBuffer: 64 * 2 ** 20 });
  const passed = run.status === 0;
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${name}`);
  if (!passed) {
    failed++;
    console.log(`${run.stdout}${run.stderr}${run.error?.message ?? ''}`);
  }
}
process.exit(failed > 0 ? 1 : 0);
