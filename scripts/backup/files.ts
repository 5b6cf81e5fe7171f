import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What a backup's folder says about itself; sha256 of each file by its path. */
export interface Manifest {
  made_at: string;
  postgres: string;
  files: Record<string, string>;
}

const MANIFEST = 'manifest.json';

export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 });
}

/** @throws a sentence where the folder is no backup */
export function readManifest(folder: string): Manifest {
  const file = join(folder, MANIFEST);
  if (!existsSync(file))
    throw new Error(`${folder} is no backup of the embedded database: ${MANIFEST} is missing. Was it cut off while it was made?`);
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** Copies a file and returns its sha256. A file that PostgreSQL removed meanwhile is left out: null. */
export async function copyFile(from: string, to: string): Promise<string | null> {
  if (!existsSync(from)) return null;
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(createReadStream(from), counted, createWriteStream(to, { mode: 0o600 }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return hash.digest('hex');
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Files under a folder, as paths within it; empty folders end in a slash. */
export function filesUnder(folder: string, skip: (path: string) => boolean = () => false, within = folder): string[] {
  return readdirSync(within, { withFileTypes: true }).flatMap((entry) => {
    const path = join(within, entry.name);
    const name = relative(folder, path);
    if (skip(name)) return entry.isDirectory() ? [`${name}/`] : [];
    if (!entry.isDirectory()) return [name];
    const inside = filesUnder(folder, skip, path);
    return inside.length > 0 ? inside : [`${name}/`];
  });
}

/** Draws "Copying 45 %" on a terminal, and nothing elsewhere. */
export function progress(what: string, total: number): (bytes: number) => void {
  let done = 0;
  let shown = -1;
  return (bytes) => {
    done += bytes;
    const percent = total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
    if (!process.stderr.isTTY || percent === shown) return;
    shown = percent;
    process.stderr.write(`\r${what} ${percent} %${percent === 100 ? '\n' : ''}`);
  };
}

export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
