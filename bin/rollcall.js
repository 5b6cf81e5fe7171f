#!/usr/bin/env node
// npx rollcall: campaigns from a terminal. Plain JavaScript, since it runs before packages are installed and on older Node versions.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from '../scripts/prepare.js';

// Preparing goes to Rollcall's folder; files that are named stand where the caller is.
const cwd = process.cwd();
// What it says is others' to read: nothing is installed in between.
const node = await prepare({ build: false, install: false });
const script = join(dirname(dirname(fileURLToPath(import.meta.url))), 'scripts', 'rollcall.ts');
const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: 'inherit', cwd });
child.once('error', (error) => {
  console.error(`${node} did not start: ${error.message}`);
  process.exit(1);
});
child.once('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
