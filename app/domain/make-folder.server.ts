import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing. With `recursive`, Node goes round for ever where a place takes no folder and says that it
 * is not there (below /proc).
 *
 * @throws what the system says, with its code
 */
export function makeFolder(path: string, mode = 0o777): void {
  const above = dirname(resolve(path));
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !existsSync(above)) {
      makeFolder(above, mode);
      makeFolder(path, mode);
    } else if (code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}
