import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Witness } from './verify-audit.server.ts';

const FILE = 'audit-heads';
/** So many are kept: the newest, and of older ones every other each time that there are too many. */
const MOST = 2_000;
const line = /^(\d{1,15}) ([0-9a-f]{64}) \S+$/;

/** Last rows of the audit log as they were, kept outside of the database: whoever cuts off its tail there does not reach them. */
export function readHeads(dataDir: string): Witness[] {
  return linesOf(dataDir).map((text) => {
    const [seq = '', hash = ''] = text.split(' ');
    return { seq: Number(seq), hash, from: `${FILE} in DATA_DIR` };
  });
}

export function keepHead(dataDir: string, head: { seq: number; hash: string; at: Date }): void {
  const lines = linesOf(dataDir);
  if (Number(lines.at(-1)?.split(' ')[0] ?? 0) >= head.seq) return;
  lines.push(`${head.seq} ${head.hash} ${head.at.toISOString()}`);
  const kept = lines.length > MOST ? lines.filter((_, index) => index % 2 === 0 || index > MOST / 2) : lines;
  const path = join(dataDir, FILE);
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(`${path}.new`, `${kept.join('\n')}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function linesOf(dataDir: string): string[] {
  try {
    return readFileSync(join(dataDir, FILE), 'utf8')
      .split('\n')
      .filter((text) => line.test(text));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
