import { setTimeout as delay } from 'node:timers/promises';
import { type Env, EnvError } from '../../app/config/env.server.ts';
import { migrate } from '../../db/migrate/migrate.ts';
import { keepAppLogin } from './app-login.ts';
import { type Child, runChild } from './child.ts';
import { configure } from './configuration.ts';
import { describeError, LaunchError } from './error.ts';
import { keepReportsLogin } from './reports-login.ts';
import type { FirstSignIn } from './terminal.ts';

export interface Product {
  env: Env;
  sandboxUrl?: string;
  stop(): Promise<void>;
  /** Ends the children at once; the database is still shut down properly by `stop()`. */
  kill(): void;
}

export interface ProductOptions {
  /** Gives the start up: what runs already is stopped, and startProduct throws. */
  signal: AbortSignal;
  development: boolean;
  /** A line about what happens, with the part of the product that says it. */
  print(part: string, line: string): void;
  /** The first administrator, until somebody has signed in; without a password where ADMIN_PASSWORD set it. May come before or after the product is ready. */
  onFirstSignIn(account: FirstSignIn): void;
  /** Something ended that cannot be started again; everything else still runs. */
  onGivenUp(reason: string): void;
}

/**
 * Starts the whole product in this order: database, migrations, provider sandbox, web and worker. Resolves when the web server answers.
 * Stops what it has started when a later part fails.
 *
 * @throws LaunchError
 */
export async function startProduct({ signal, development, print, onFirstSignIn, onGivenUp }: ProductOptions): Promise<Product> {
  const started: { stop(): Promise<void> }[] = [];
  const children: Child[] = [];
  const stop = async () => {
    await Promise.all(children.splice(0).map((child) => child.stop()));
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  try {
    const { env, source, sandbox, ownerUrl, stopDatabase } = await configure((line) => print('database', line));
    started.push({ stop: stopDatabase });
    const notUpToDate = (error: unknown) => {
      throw new LaunchError(`The database could not be brought up to date: ${describeError(error)}`);
    };
    const migrations = await migrate(ownerUrl).catch(notUpToDate);
    if (migrations.length > 0) print('database', `Applied ${migrations.join(', ')}`);
    if (env.embeddedDatabase) {
      await keepAppLogin(ownerUrl, env.databaseDirectUrl).catch(notUpToDate);
      await keepReportsLogin(ownerUrl, env.dataDir).catch((error: unknown) =>
        print('database', `The login for reports could not be made: ${describeError(error)}`),
      );
    }

    let failed: ((error: Error) => void) | undefined;
    const failure = new Promise<never>((_, reject) => {
      failed = reject;
    });
    failure.catch(() => {});
    const giveUp = () => failed?.(new LaunchError('The start was given up.'));
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    const childEnv = {
      ...source,
      // What is announced at the first start goes to us (app/http/announce-first-access.server.ts).
      ROLLCALL_LAUNCHER: '1',
      NODE_ENV: development ? 'development' : 'production',
      LOG_PRETTY: source.LOG_PRETTY ?? '1',
      ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
    } as NodeJS.ProcessEnv;
    const run = (name: string, entry: string, onMessage?: (message: unknown) => void, args?: string[]) =>
      runChild({
        name,
        entry,
        args,
        env: childEnv,
        onMessage,
        print: (line) => print(name, line),
        starting: () => failed !== undefined,
        onGivenUp: (reason) => (failed ? failed(new LaunchError(reason)) : onGivenUp(reason)),
      });

    if (sandbox) {
      // Outlives the worker, whose last calls still go to it.
      started.push(run('sandbox', 'sandbox/main.ts'));
      await Promise.race([answers(`http://127.0.0.1:${env.sandboxPort}/sandbox`), failure]);
    }
    const webReady = Promise.withResolvers<void>();
    const onMessage = (message: unknown) => {
      if (isFirstSignIn(message)) onFirstSignIn(message.firstSignIn);
      if (isReady(message)) webReady.resolve();
    };
    children.push(run('web', 'server.ts', onMessage, development ? ['--dev'] : []), run('worker', 'worker.ts'));
    await Promise.race([answers(`http://${reachable(env.host)}:${env.port}/healthz`), failure]);
    // The first sign-in and the API key are made once it listens, and who goes on from here needs them.
    await Promise.race([webReady.promise, failure]);
    if (signal.aborted) await failure;
    failed = undefined;
    return {
      env,
      ...(sandbox ? { sandboxUrl: `http://127.0.0.1:${env.sandboxPort}` } : {}),
      stop,
      kill: () => {
        for (const child of children) child.kill();
      },
    };
  } catch (error) {
    await stop();
    if (error instanceof LaunchError) throw error;
    throw error instanceof EnvError ? new LaunchError(error.message) : error;
  }
}

/** Where this machine reaches what listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Resolves when the address answers with a success. Whoever waits races it against the failure of what should answer. */
async function answers(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await delay(100);
  }
}

function isReady(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'ready' in message;
}

function isFirstSignIn(message: unknown): message is { firstSignIn: FirstSignIn } {
  return typeof message === 'object' && message !== null && 'firstSignIn' in message;
}
