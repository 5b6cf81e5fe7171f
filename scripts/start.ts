// npm start, once everything is installed and built: the supervisor of database, sandbox, web and worker.
import { join } from 'node:path';
import { LaunchError } from './launch-error.ts';
import { type Product, startProduct } from './product.ts';
import { banner, printLine, signInLines } from './terminal.ts';

/** One Ctrl-C may arrive twice, from the terminal and through npm; a second one by hand comes later. */
const SAME_SIGNAL_MS = 1_500;

let product: Product | undefined;
let signIn: { email: string; password: string } | undefined;
let stopRequested = 0;
const starting = new AbortController();

// The terminal may be gone before we are.
process.stdout.on('error', () => {});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());

try {
  product = await startProduct({
    signal: starting.signal,
    development: process.argv.includes('--dev'),
    print: printLine,
    onFirstSignIn(account) {
      if (product) console.log(signInLines(account).join('\n'));
      signIn = account;
    },
    onGivenUp(reason) {
      console.error(`\n${reason} Stopping.`);
      void stop(1);
    },
  });
  const { env, sandboxUrl } = product;
  console.log(
    banner({
      url: env.baseUrl,
      dataDir: env.dataDir,
      keyFile: join(env.dataDir, 'api-key'),
      ...(sandboxUrl ? { sandboxUrl } : {}),
      ...(signIn ? { signIn } : {}),
    }),
  );
} catch (error) {
  if (stopRequested) finish(0);
  console.error(error instanceof LaunchError ? `\n${error.message}\n` : error);
  process.exit(1);
}

async function stop(status = 0): Promise<void> {
  const again = stopRequested > 0;
  if (again && Date.now() - stopRequested > SAME_SIGNAL_MS) product?.kill();
  if (again) return;
  stopRequested = Date.now();
  console.log('\nStopping');
  if (!product) return starting.abort();
  await product.stop();
  finish(status);
}

function finish(status: number): never {
  console.log('Stopped. Data stays.');
  process.exit(status);
}
