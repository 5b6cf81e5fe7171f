import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const preload = new URL('./end-with-parent.ts', import.meta.url).href;

export interface Process {
  name: string;
  pid: number;
  /** With its exit status, null where a signal ended it. */
  exited: Promise<number | null>;
  running(): boolean;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; SIGKILL after `killAfterMs`. @returns how it ended, and after how many ms */
  stop(killAfterMs?: number): Promise<{ code: number | null; ms: number }>;
  kill(): Promise<void>;
}

/** One part of the product in a process of its own, its log in `folder`. */
export function startProcess(folder: string, name: string, entry: string, env: Record<string, string>): Process {
  const log = openSync(join(folder, `${name}.log`), 'a');
  const child: ChildProcess = spawn(process.execPath, ['--import', preload, entry], {
    cwd: root,
    env: { PATH: process.env.PATH, ROLLCALL_LAUNCHER: '1', ...env } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const running = () => child.exitCode === null && child.signalCode === null;
  return {
    name,
    pid: child.pid as number,
    exited,
    running,
    signal: (name) => void child.kill(name),
    async stop(killAfterMs = 30_000) {
      const started = performance.now();
      if (running()) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      const code = await exited;
      clearTimeout(timer);
      return { code, ms: Math.round(performance.now() - started) };
    },
    async kill() {
      if (running()) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Asks until the answer is true. @throws with `what` after the deadline */
export async function until(what: string, timeoutMs: number, test: () => Promise<boolean> | boolean, everyMs = 25): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await test())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1_000} s`);
    await delay(everyMs);
  }
}
