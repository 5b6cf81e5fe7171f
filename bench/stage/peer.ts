import { execFile } from 'node:child_process';
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
  const env = { ...process.env, DATABASE_URL: databaseUrl, PROVIDER_URL: providerUrl, MAIL: await mailBody(1) };
  // Beside the event loop, which hears meanwhile of connections that others close.
  const { failed, stdout, stderr } = await new Promise<{ failed: Error | null; stdout: string; stderr: string }>((resolve) => {
    execFile('bash', [script, String(count)], { timeout: 300_000, env }, (failed, stdout, stderr) => resolve({ failed, stdout, stderr }));
  });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (!failed && line.startsWith('{')) return JSON.parse(line) as PeerAnswer;
  const trouble = stderr.trim().split('\n');
  const lacking = trouble.find((words) => /not found|No module named|npm error (?!code|errno)/.test(words));
  if (lacking) return `its packages are missing (${lacking}): see bench/peers/${folder}/run.sh`;
  return `it did not end well: ${trouble.at(-1) || failed?.message}`;
}
