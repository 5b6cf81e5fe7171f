import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs a script of this folder in a process of its own, so that it shares no event loop with what it is compared to; resolves with its message. */
export async function runAlone<Answer>(script: string, input: unknown): Promise<Answer> {
  const child = startAlone(script);
  child.send({ input });
  const [answer] = await Promise.race([once(child, 'message'), once(child, 'exit').then(failed(script))]);
  child.disconnect();
  return answer as Answer;
}

export function startAlone(script: string): ChildProcess {
  return fork(fileURLToPath(new URL(script, import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

const failed = (script: string) => () => {
  throw new Error(`${script} ended without an answer`);
};

/** The most memory that a process has had, in MB; null where the system does not tell. */
export function peakMemoryMb(pid: number): number | null {
  try {
    const kb = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) / 1024;
  } catch {
    return null;
  }
}
