// npm run backup: a copy of the database that `npm run restore` puts back.
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../app/domain/make-folder.server.ts';
import { backUpEmbedded } from './backup/embedded.ts';
import { backUpExternal } from './backup/external.ts';
import { operate, WrongCall } from './launch/operate.ts';

const usage = `npm run backup              into the folder backups/, named by the time
npm run backup -- NAME      into this folder (embedded database) or file (a database of your own)

Rollcall may run meanwhile. The embedded database needs no other program; a database of your own needs pg_dump of its version.`;

await operate(usage, async ({ url, embeddedFolder, env, positionals: [name, ...more] }) => {
  if (more.length > 0) throw new WrongCall(usage);
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const target = resolve(name ?? `backups/rollcall-${time}${embeddedFolder ? '' : '.dump'}`);
  makeFolder(dirname(target), 0o700);
  const started = performance.now();
  const { bytes } = embeddedFolder ? await backUpEmbedded(url, embeddedFolder, target) : await backUpExternal(url, target);
  console.log(`${target}: ${(bytes / 2 ** 20).toFixed(1)} MB in ${((performance.now() - started) / 1_000).toFixed(1)} s`);
  console.log('It holds addresses, messages and passwords in their stored form: keep it as safe as the database.');
  if (embeddedFolder) console.log(`Keys and settings in .env and ${env.dataDir} are not part of it.`);
  if (env.secretsKey) console.log('The secrets in it are encrypted with SECRETS_KEY: keep that key too, in another place.');
});
