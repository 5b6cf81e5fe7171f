import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Stage } from '../stage/stage.ts';

interface PeerAnswer {
  recipients_per_s: number;
}

/** @returns its answer, or why it could not run (its Debian packages are missing, say) */
export async function runCelery({ databaseUrl, providerUrl }: Stage, count: number): Promise<PeerAnswer | string> {
  const script = fileURLToPath(new URL('../peers/celery/run.sh', import.meta.url));
  const run = spawnSync('bash', [script, String(count)], {
    encoding: 'utf8',
    timeout: 300_000,
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl, PROVIDER_URL: providerUrl } as unknown as NodeJS.ProcessEnv,
  });
  const line = run.stdout?.trim().split('\n').at(-1) ?? '';
  if (run.status === 0 && line.startsWith('{')) return JSON.parse(line) as PeerAnswer;
  if (/not found|No module named/.test(run.stderr)) return 'its packages are missing: see bench/peers/celery/run.sh';
  return `it ended with status ${run.status}: ${run.stderr?.trim().split('\n').at(-1)}`;
}
