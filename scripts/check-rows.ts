// Part of npm run check: a migrated database prepares every statement of the sources, and what it says of the columns is compared with the row type
// that the statement names.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { migrate } from '../db/migrate/migrate.ts';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import { Describer } from './rows/describer.ts';
import { disagreements } from './rows/disagreements.ts';
import { findStatements } from './rows/statements.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent({ ...config, include: ['app', 'db', 'tasks'] }, ts.sys, root);
const files = ts.sys.readDirectory(root, ['.ts', '.tsx'], undefined, ['app', 'db', 'tasks']);
const program = ts.createProgram(files, { ...options, incremental: false, tsBuildInfoFile: undefined });
const checker = program.getTypeChecker();
const { statements, untold } = await findStatements(program, (file) => import(pathToFileURL(file).href));

const folder = mkdtempSync(join(tmpdir(), 'rollcall-rows-'));
chmodSync(folder, 0o755);
const database = await startEmbeddedPostgres({ folder, settings: { fsync: 'off' } });
const wrong: string[] = untold.map(({ node, why }) => `${placeOf(node)} cannot be read before it runs: ${why}`);
try {
  await migrate(database.url);
  const describer = await Describer.open(
    database.url,
    statements.flatMap(({ texts }) => texts),
  );
  for (const { node, texts, row, read, neverNull } of statements) {
    for (const text of texts) {
      const described = await describer.describe(text);
      if ('error' in described) wrong.push(`${placeOf(node)} ${described.error}`);
      else if (row) wrong.push(...disagreements(checker, row, described.columns, neverNull).map((fault) => `${placeOf(node)} ${fault}`));
      else if (read) wrong.push(`${placeOf(node)} names no type for the rows that are read`);
    }
  }
  await describer.close();
} finally {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}
for (const line of new Set(wrong)) console.error(line);
if (process.argv.includes('--verbose'))
  console.log(`${statements.length} statements, ${statements.filter(({ row }) => row).length} with rows`);
process.exitCode = wrong.length > 0 ? 1 : 0;

function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${relative(root, file.fileName)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
