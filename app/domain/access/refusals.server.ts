import type { Pool } from 'pg';
import { type AuditEntry, type AuditInsert, insertAudit, rowOf } from './audit.server.ts';
import { currentDoor } from './door.server.ts';

/** In one minute and process: so many different refusals of people and keys that are known, and of strangers, are told by themselves. */
const MOST = { known: 300, nobody: 30 };
const MINUTE_MS = 60_000;

export interface Refusals {
  /** Writes down that something was refused; never throws. */
  refuse(entry: AuditEntry & { refused: string }): void;
  /** Writes what is counted but not told yet. */
  close(): Promise<void>;
}

/**
 * What is refused is told once, and what is refused in the same way to the same person or address within a minute is counted and told with
 * its number when the minute is over. Beyond a number of different ones the rest of the minute is one row: nobody fills the disk from outside.
 */
export function createRefusals(pool: Pool, onError: (error: unknown) => void, windowMs = MINUTE_MS): Refusals {
  let window = { counted: new Map<string, { row: AuditInsert; more: number }>(), known: 0, nobody: 0 };
  let timer: NodeJS.Timeout | undefined;
  // One after the other: in their order, and over one connection.
  let written = Promise.resolve();
  const write = (row: AuditInsert) => {
    written = written.then(() => insertAudit(pool, row)).catch(onError);
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const { counted } = window;
    window = { counted: new Map(), known: 0, nobody: 0 };
    for (const { row, more } of counted.values()) if (more > 0) write({ ...row, times: more });
  };

  return {
    refuse(entry) {
      const row = rowOf(entry, currentDoor());
      timer ??= setTimeout(flush, windowMs).unref();
      const kind = row.actor_id === null ? 'nobody' : 'known';
      const key = JSON.stringify([row.actor_id, row.address, row.action, row.object_type, row.object_id, row.reason]);
      const seen = window.counted.get(key);
      if (seen) {
        seen.more++;
      } else if (window[kind] < MOST[kind]) {
        window[kind]++;
        window.counted.set(key, { row, more: 0 });
        write(row);
      } else {
        const rest = window.counted.get(kind) ?? { row: restOf(row), more: 0 };
        rest.more++;
        window.counted.set(kind, rest);
      }
    },
    async close() {
      flush();
      await written;
    },
  };
}

/** Stands for many that are not told by themselves. */
function restOf(row: AuditInsert): AuditInsert {
  return {
    ...row,
    actor_id: null,
    actor_name: row.actor_id === null ? null : 'Several',
    actor_email: null,
    address: null,
    device: null,
    action: 'access.use',
    reason: 'Many more were refused in this minute than are told one by one.',
    object_type: null,
    object_id: null,
    object_name: null,
    before: null,
    after: null,
  };
}

/** Tells the log of the door that was come through; without one there is nobody to tell of. */
export function refuse(entry: AuditEntry & { refused: string }): void {
  currentDoor()?.refusals?.refuse(entry);
}
