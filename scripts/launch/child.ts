import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const preload = new URL('./end-with-parent.ts', import.meta.url).href;
const RESTARTS = 5;
const RESTARTS_WITHIN_MS = 60_000;
/** Longer than the deadlines that web and worker set themselves. */
const KILL_AFTER_MS = 20_000;

export interface ChildOptions {
  name: string;
  /** Path from the repository's root. */
  entry: string;
  args?: string[];
  env: NodeJS.ProcessEnv;
  /** A line for people, its newline cut off. */
  print(line: string): void;
  onMessage?(message: unknown): void;
  /** While the product starts, a part that ends is not started again: what is wrong is wrong for good. */
  starting(): boolean;
  /** It ended, and starting it again has no prospect. */
  onGivenUp(reason: string): void;
}

export interface Child {
  /** SIGTERM, then SIGKILL where that does not help. Resolves when it has ended. */
  stop(): Promise<void>;
  kill(): void;
}

/**
 * Runs one part of the product as a process of its own and starts it again when it crashes, at most 5 times a minute. It lives in a process
 * group of its own: a signal to ours, such as Ctrl-C, reaches it through `stop()` only, in the right order.
 */
export function runChild(options: ChildOptions): Child {
  let stopping = false;
  let current: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  const crashes: number[] = [];
  start();

  function start(): void {
    const child = spawnEntry(options);
    current = child;
    ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        current = undefined;
        resolve();
        if (!stopping) void crashed(signal ? `signal ${signal}` : `exit status ${code}`);
      });
    });
  }

  async function crashed(how: string): Promise<void> {
    const now = Date.now();
    crashes.push(now);
    const recent = crashes.filter((time) => time > now - RESTARTS_WITHIN_MS).length;
    if (options.starting()) return options.onGivenUp(`${options.name} could not start (${how}).`);
    if (recent > RESTARTS) return options.onGivenUp(`${options.name} ended ${recent} times within a minute (${how}).`);
    options.print(`ended unexpectedly (${how}); starting it again`);
    await delay(1_000);
    if (!stopping) start();
  }

  return {
    async stop() {
      stopping = true;
      current?.kill('SIGTERM');
      const timer = setTimeout(() => current?.kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
    },
    kill() {
      stopping = true;
      current?.kill('SIGKILL');
    },
  };
}

function spawnEntry({ entry, args = [], env, print, onMessage }: ChildOptions): ChildProcess {
  const child = spawn(process.execPath, ['--import', preload, entry, ...args], {
    cwd: root,
    env,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) printLines(stream, print);
  child.on('message', (message) => onMessage?.(message));
  child.on('error', (error) => print(error.message));
  return child;
}

function printLines(stream: NodeJS.ReadableStream | null, print: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) print(line);
  });
  stream?.on('end', () => {
    if (rest) print(rest);
  });
}
