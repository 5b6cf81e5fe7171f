// npm run send: a contact file and a message, sent through a running Rollcall. Exit status 0: all sent; 2: bad input; 3: some were not sent.

import { BadInput, connectionOf, readOrder, usage } from './send/arguments.ts';
import { sendFile } from './send/run.ts';
import { harmless } from './send/terminal.ts';

try {
  process.loadEnvFile('.env');
} catch {
  // There need not be one.
}
if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
  process.exit(0);
}

try {
  process.exitCode = await sendFile(await readOrder(process.argv.slice(2), (url) => connectionOf(process.env, url)));
} catch (error) {
  console.error(harmless((error as Error).message));
  if (error instanceof BadInput) console.error('\nnpm run send -- --help shows what can be said.');
  process.exitCode = error instanceof BadInput ? 2 : 1;
}
