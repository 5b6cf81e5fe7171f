import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { makeFolder } from '#app/domain/make-folder.server.ts';
import type { Database } from '#db/database.ts';
import { adoptTimeline, ledgerKey, ledgerState, noteRestored } from '../restored/ledger-home.server.ts';

/** ms between looks at the database, and between writes of what is known. */
const BEAT_MS = 1_000;

/** What a worker knows of the ledger beside the database, so that it notices when that was put back to an earlier time. */
export interface LedgerMemory {
  /** The newest attempt that is known to have begun; 0: none. */
  known(): number;
  note(attemptId: number): void;
  stop(): void;
}

/**
 * Reads what earlier workers of this machine kept under DATA_DIR, looks whether the database is an earlier copy, and goes on looking. Where it
 * is, that is noted before anything is sent; the claims' statement holds back by itself from the first moment on.
 */
export async function rememberLedger(db: Database, dataDir: string, log: Logger): Promise<LedgerMemory> {
  const file = join(dataDir, 'newest-attempts.json');
  const key = await ledgerKey(db.pool);
  let known = readFile(file)[key] ?? 0;
  let written = known;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const state = await ledgerState(db.pool, known);
    if (state === 'home' && known > 0) await adoptTimeline(db.pool);
    if (state === 'home' || state === 'restored') return;
    if (await noteRestored(db.pool, state, known))
      log.warn({ how: state }, 'the database is an earlier copy of itself: nothing is sent until an administrator says so (see /restored)');
  }

  function write(): void {
    if (known === written) return;
    try {
      makeFolder(dataDir);
      const kept = readFile(file);
      const part = `${file}.${process.pid}`;
      writeFileSync(part, `${JSON.stringify({ ...kept, [key]: Math.max(known, kept[key] ?? 0) })}\n`, { mode: 0o600 });
      renameSync(part, file);
      written = known;
    } catch (error) {
      if (written !== -1) log.warn({ err: error }, 'what was sent could not be noted under DATA_DIR; a restored backup may go unnoticed');
      written = -1;
    }
  }

  async function beat(): Promise<void> {
    write();
    await look().catch(() => {}); // the database is away; claims wait for it, too
    if (!stopped) timer = setTimeout(() => void beat(), BEAT_MS);
  }

  await look();
  timer = setTimeout(() => void beat(), BEAT_MS);
  return {
    known: () => known,
    note(attemptId) {
      if (attemptId > known) known = attemptId;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      write();
    },
  };
}

function readFile(file: string): Record<string, number> {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])));
  } catch {
    return {};
  }
}
