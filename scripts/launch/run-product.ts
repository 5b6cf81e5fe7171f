import { join } from 'node:path';
import { LaunchError } from './error.ts';
import { type Product, startProduct } from './product.ts';
import { banner, type FirstSignIn, printLine, signInLines } from './terminal.ts';

/** One Ctrl-C may arrive twice, from the terminal and through npm; a second one by hand comes later. */
const SAME_SIGNAL_MS = 1_500;

export interface RunOptions {
  development?: boolean;
  /** A line of a part of the product; printed by default. */
  print?: (part: string, line: string) => void;
  /** What to do once it runs; the signal says that it is being stopped. */
  afterReady?: (product: Product, signal: AbortSignal) => Promise<void>;
}

/** Runs the whole product in this terminal until Ctrl-C or SIGTERM, and ends the process: status 0 when asked to, 1 when something gave up. */
export async function runProduct({ development = false, print = printLine, afterReady }: RunOptions = {}): Promise<void> {
  let product: Product | undefined;
  let signIn: FirstSignIn | undefined;
  let stopRequested = 0;
  const stopped = new AbortController();

  // The terminal may be gone before we are.
  process.stdout.on('error', () => {});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());

  try {
    product = await startProduct({
      signal: stopped.signal,
      development,
      print,
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
        ...(env.embeddedDatabase ? { databasePort: new URL(env.databaseDirectUrl).port } : {}),
        ...(sandboxUrl ? { sandboxUrl } : {}),
        ...(signIn ? { signIn } : {}),
      }),
    );
    await afterReady?.(product, stopped.signal);
  } catch (error) {
    if (stopRequested) {
      if (!product) finish(0);
      return;
    }
    console.error(error instanceof LaunchError ? `\n${error.message}\n` : error);
    await product?.stop();
    process.exit(1);
  }

  async function stop(status = 0): Promise<void> {
    const again = stopRequested > 0;
    if (again && Date.now() - stopRequested > SAME_SIGNAL_MS) product?.kill();
    if (again) return;
    stopRequested = Date.now();
    console.log('\nStopping');
    stopped.abort();
    if (!product) return;
    await product.stop();
    finish(status);
  }

  function finish(status: number): never {
    console.log('Stopped. Data stays.');
    process.exit(status);
  }
}
