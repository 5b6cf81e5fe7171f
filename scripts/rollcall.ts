// npx rollcall: what the pages show and do, from a terminal or a script. docs/command-line.md tells its commands and exit statuses.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { main } from './cli/main.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let settings: Record<string, string | undefined> = {};
try {
  settings = parseEnv(readFileSync(join(root, '.env'), 'utf8'));
} catch {
  // There need not be one.
}

const args = process.argv.slice(2);
// Who reads a part of what is shown (`| head`) has what they wanted; what is being done goes on without anybody who reads.
const doing = ['send', 'retry', 'watch', 'login', 'logout'].includes(args[0] ?? '');
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`What is told could not be written (${error.code}).\n`);
  if (error.code !== 'EPIPE' || !doing) process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.stderr.on('error', () => {});

process.exitCode = await main(args, {
  env: process.env,
  settings,
  root,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
