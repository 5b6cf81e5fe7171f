import { readFile, writeFile } from 'node:fs/promises';
import { openApiDocument } from '#app/api/openapi.server.ts';
import { operations } from '#app/api/operations.server.ts';

/** Writes docs/openapi.json; with --check only compares, and ends with status 1 where it is out of date. */
const file = new URL('../docs/openapi.json', import.meta.url);
const document = `${JSON.stringify(openApiDocument(operations), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== document) {
    console.error('docs/openapi.json is out of date. Run: npm run openapi');
    process.exit(1);
  }
} else {
  await writeFile(file, document);
}
