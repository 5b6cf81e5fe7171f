import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../scripts/launch/processes.ts';
import { freePort } from '../../scripts/postgres/embedded-postgres.ts';

export interface CountingProvider {
  url: string;
  stop(): Promise<void>;
}

/** The provider that everyone is measured against: it counts, and answers after a set time. */
export async function spawnProvider(latencyMs: number, faultRate: number): Promise<CountingProvider> {
  const port = await freePort();
  const script = fileURLToPath(new URL('../peers/provider.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, String(port), String(latencyMs), String(faultRate)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await until('the provider answers', 10_000, async () => (await fetch(`${url}/stats`).catch(() => undefined))?.ok ?? false);
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
