// npx rollcall: what the pages show and do, from a terminal or a script. docs/command-line.md tells its commands and exit statuses.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from './cli/main.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
try {
  process.loadEnvFile(join(root, '.env'));
} catch {
  // There need not be one.
}

// Who reads a part (`| head`) has what they wanted.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}
process.exitCode = await main(process.argv.slice(2), {
  ...{ env: process.env, root, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
});
