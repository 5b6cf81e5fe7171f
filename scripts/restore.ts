// npm run restore: puts a backup in the place of the database. Nothing is sent afterwards before a person says so.
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { secretValue } from '../app/config/secret-files.server.ts';
import { startProblem } from '../app/config/start-problem.server.ts';
import { makeFolder } from '../app/domain/make-folder.server.ts';
import { restoreEmbedded } from './backup/embedded.ts';
import { restoreExternal } from './backup/external.ts';

const usage = `npm run restore -- NAME             puts this backup into an empty place
npm run restore -- NAME --replace   … in the place of what is there; an embedded database is kept beside it, of one of your own nothing is kept

Stop Rollcall first. Afterwards nothing is sent before an administrator says so.`;

let external: string | null = null;
try {
  const given = secretValue(process.env, 'DATABASE_DIRECT_URL') ?? secretValue(process.env, 'DATABASE_URL');
  if (given && given !== 'embedded') external = given;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { replace: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [name, ...more] = positionals;
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  if (!name || more.length > 0) {
    console.error(usage);
    process.exit(2);
  }
  const source = resolve(name);
  if (!existsSync(source)) throw new Error(`There is no backup ${source}.`);
  if (external) {
    if (statSync(source).isDirectory())
      throw new Error(
        'This is a backup of the embedded database, and DATABASE_URL names one of your own. Unset DATABASE_URL to restore it.',
      );
    await restoreExternal(external, source, values.replace ?? false);
  } else {
    if (!statSync(source).isDirectory())
      throw new Error('This is a dump of a database of your own: set DATABASE_URL to the database that it shall go into.');
    const folder = join(resolve(process.env.DATA_DIR || '.data'), 'postgres');
    makeFolder(folder);
    const { keptAs } = await restoreEmbedded(folder, source, values.replace ?? false);
    if (keptAs) console.log(`What was there is kept in ${keptAs}; delete it when you need it no more.`);
  }
  console.log(
    'The backup is in place. Start Rollcall: nothing is sent before an administrator says so (banner on every page, or npm run restored).',
  );
} catch (error) {
  console.error(startProblem(error, external ?? '') ?? (error as Error).message);
  process.exitCode = 1;
}
