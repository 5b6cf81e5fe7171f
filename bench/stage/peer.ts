import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mailBody } from './bodies.ts';
import type { Stage } from './stage.ts';

interface PeerAnswer {
  recipients_per_s: number;
}

/**
 * @param folder of bench/peers
 * @returns its answer, or why it could not run (its Debian packages are missing, say)
 */
export async function runPeer({ databaseUrl, providerUrl }: Stage, folder: string, count: number): Promise<PeerAnswer | string> {
  const script = fileURLToPath(new URL(`../peers/${folder}/run.sh`, import.meta.url));
  const run = spawnSync('bash', [script, String(count)], {
    encoding: 'utf8',
    timeout: 300_000,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PROVIDER_URL: providerUrl,
      MAIL: await mailBody(1),
    },
  });
  const line = run.stdout?.trim().split('\n').at(-1) ?? '';
  if (run.status === 0 && line.startsWith('{')) return JSON.parse(line) as PeerAnswer;
  const trouble = run.stderr?.trim().split('\n');
  const lacking = trouble?.find((words) => /not found|No module named|npm error (?!code|errno)/.test(words));
  if (lacking) return `its packages are missing (${lacking}): see bench/peers/${folder}/run.sh`;
  return `it ended with status ${run.status}: ${trouble?.at(-1)}`;
}
