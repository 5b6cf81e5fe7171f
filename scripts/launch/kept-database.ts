import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import { describeError, LaunchError } from './error.ts';

/** A database that ends by itself is started again at once; where it ends again soon, or does not start, after longer and longer pauses. */
const PAUSE_MS = { first: 500, most: 15_000 };
const WELL_AGAIN_MS = 60_000;

/**
 * The embedded database, started again on the same port where it ends unasked; web and worker connect again by themselves. It is never given up:
 * what keeps it from starting, a full disk before all, is mended outside, and what was sent meanwhile waits in the worker to be written down.
 *
 * @throws LaunchError
 */
export async function keepDatabase(dataDir: string, say: (line: string) => void): Promise<{ url: string; stop(): Promise<void> }> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const folder = join(dataDir, 'postgres');
  const start = (port?: number) => startEmbeddedPostgres({ folder, port, say });
  const first = await start().catch((error: unknown) => {
    throw new LaunchError(describeError(error));
  });

  let running: EmbeddedPostgres | null = first;
  const kept = (async () => {
    let pauseMs = PAUSE_MS.first;
    let told = '';
    const tell = (line: string, log: string) => {
      const full = /No space left on device|Disk quota exceeded/i.test(log);
      const words = full ? `${line} The disk is full: make room on it, and all goes on by itself.` : `${line} The end of its log:\n${log}`;
      const what = full ? 'full' : line;
      if (what !== told) say(words);
      told = what;
    };
    while (!signal.aborted) {
      if (running) {
        const began = Date.now();
        const log = await running.ended;
        running = null;
        if (signal.aborted) return;
        if (Date.now() - began > WELL_AGAIN_MS) [pauseMs, told] = [PAUSE_MS.first, ''];
        tell('PostgreSQL ended unexpectedly, and is started again.', log);
      }
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS.most);
      try {
        running = await start(first.port);
        say('PostgreSQL runs again');
      } catch (error) {
        tell('PostgreSQL does not start, and is tried again.', describeError(error));
      }
    }
  })();

  return {
    url: first.url,
    async stop() {
      stopping.abort();
      await running?.stop();
      await kept;
      // It may have come up while it was being stopped.
      await running?.stop();
    },
  };
}
