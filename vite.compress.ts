import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** Smaller files are not worth the second file; fonts and pictures are compressed already. */
const LEAST_BYTES = 1_024;
const worthIt = /\.(js|css|svg|json)$/;

/** Puts `.br` and `.gz` beside the browser's files, as small as they get: once at build, not at every request. */
export function compress(): Plugin {
  return {
    name: 'compress',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir || this.environment.name !== 'client') return;
      const files = (await readdir(join(dir, 'assets'))).filter((name) => worthIt.test(name)).map((name) => join(dir, 'assets', name));
      await Promise.all(files.map(compressFile));
    },
  };
}

async function compressFile(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.length < LEAST_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params }));
  await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
}
