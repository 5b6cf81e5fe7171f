// Comes before `npm run web`, `worker` and the other commands: plain JavaScript, since it also speaks where Node is too old for the rest.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Rollcall runs on Node 22.18 or newer, and this is ${process.version}. \`npm ci --include=optional\` brings one along for most systems; else get one from https://nodejs.org`,
  );
  process.exit(1);
}
if (!existsSync(new URL('../node_modules', import.meta.url))) {
  console.error('The packages are missing. Run `npm ci` in the folder of Rollcall, then start again.');
  process.exit(1);
}
// What stands in the environment already wins.
if (existsSync('.env')) process.loadEnvFile('.env');
