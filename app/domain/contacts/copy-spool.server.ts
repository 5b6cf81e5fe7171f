import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../problem.ts';

/** What is smaller never touches the disk. */
const IN_MEMORY = 4 * 1024 * 1024;
const MAX_BYTES = 8 * 1024 * 1024 * 1024;
const BLOCK_BYTES = 256 * 1024;

/** Rows on their way, kept on disk until the file is there to its end, so that a slow sender holds no database connection. */
export interface Spool {
  read(): AsyncIterable<Buffer>;
  /** Frees it; also before its end, also twice. */
  close(): Promise<void>;
}

/**
 * Writes rows to a file without a name: it is gone when it is closed, also by the end of this process, however that comes (where the system
 * does not allow it, it goes at `close`).
 *
 * @throws Problem 413 beyond 8 GB
 */
export async function spoolRows(rows: AsyncIterable<string>): Promise<Spool> {
  let held: string[] = [];
  let heldBytes = 0;
  let bytes = 0;
  let file: { handle: FileHandle; path: string | null } | null = null;
  const close = async () => {
    const opened = file;
    file = null;
    held = [];
    await opened?.handle.close();
    if (opened?.path) await rm(opened.path, { force: true });
  };
  const flush = async () => {
    file ??= await openNameless();
    const block = Buffer.from(held.join(''));
    held = [];
    heldBytes = 0;
    await file.handle.appendFile(block);
    bytes += block.length;
    if (bytes > MAX_BYTES) throw new Problem(413, 'too_large', 'The list is larger than 8 GB. Split it, and import the parts.');
  };
  try {
    for await (const text of rows) {
      held.push(text);
      heldBytes += text.length;
      if (heldBytes > (file ? BLOCK_BYTES : IN_MEMORY)) await flush();
    }
    if (file) await flush();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async *read() {
      if (!file) {
        yield Buffer.from(held.join(''));
        return;
      }
      for (let position = 0; position < bytes; ) {
        const { bytesRead, buffer } = await file.handle.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES, position);
        if (bytesRead === 0) throw new Error('a spooled import ended before its end');
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
  };
}

async function openNameless(): Promise<{ handle: FileHandle; path: string | null }> {
  const path = join(tmpdir(), `rollcall-import-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  const nameless = await rm(path).then(
    () => true,
    () => false,
  );
  return { handle, path: nameless ? null : path };
}
