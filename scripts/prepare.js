import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const LOCK = join(root, 'package-lock.json');
const STAMP = join(root, 'build', 'inputs.sha256');
// Everything that ends up in the bundle: a route reaches through the domain down to the database.
const BUILD_INPUTS = [
  'app',
  'db',
  'public',
  'package-lock.json',
  'vite.config.ts',
  'remix.config.js',
  'postcss.config.cjs',
  'tsconfig.json',
];

/**
 * Installs what is missing and builds what is stale. Ends the process with a sentence where that fails.
 *
 * @param {{ build: boolean }} options
 * @returns {string} the Node that runs Rollcall's TypeScript
 */
export function prepare({ build }) {
  process.chdir(root);
  if (!atLeast(process.versions.node, [20, 0]))
    fail(`Rollcall needs Node 20 or newer; this is ${process.version}. Get one from https://nodejs.org`);
  if (!isInstalled()) install();
  const node = findNode();
  if (build && isStale()) runBuild(node);
  return node;
}

/** Builds whether or not anything changed. */
export function runBuild(node) {
  console.log('Building');
  const inputs = hashInputs();
  const run = spawnSync(node, ['node_modules/@remix-run/dev/dist/cli.js', 'vite:build'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (run.status !== 0) fail(`${run.stdout}${run.stderr}\nThe build failed.`);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, inputs);
}

/** The Node that npm installed for this platform, else the one that runs this, where it is new enough to run TypeScript. */
export function findNode() {
  const own = join(
    root,
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(own) && spawnSync(own, ['--version']).status === 0) return own;
  if (atLeast(process.versions.node, [22, 18])) return process.execPath;
  return fail(
    `Rollcall runs on Node 22.18 or newer. npm brings one along on Linux and Windows x64 and on Linux arm64, but there is none here for ${process.platform} ${process.arch}, ` +
      `and this is ${process.version}. Get a newer one from https://nodejs.org`,
  );
}

function atLeast(version, [major, minor]) {
  const [a, b] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

/** npm keeps a list of what it installed; every package of the lock file that is not optional must be in it, in the same version. */
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = Object.entries(JSON.parse(readFileSync(LOCK, 'utf8')).packages);
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return wanted.every(
    ([path, { version, optional, devOptional }]) => path === '' || optional || devOptional || present[path]?.version === version,
  );
}

function install() {
  console.log('Installing packages (a minute or so, once)');
  // NODE_ENV=production would leave out what the build needs.
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm(['ci', ...options])) return;
  console.log('npm ci failed; trying npm install');
  if (npm(['install', '--no-save', '--no-package-lock', ...options])) return;
  fail('The packages could not be installed: see what npm says above. Does this machine reach the npm registry?');
}

function npm(args) {
  const script = process.env.npm_execpath;
  const own = script?.endsWith('npm-cli.js') && existsSync(script);
  const run = own
    ? spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  return run.status === 0;
}

function isStale() {
  const complete = existsSync(STAMP) && existsSync(join(root, 'build/server/index.js')) && existsSync(join(root, 'build/client'));
  return !complete || readFileSync(STAMP, 'utf8') !== hashInputs();
}

function hashInputs() {
  const hash = createHash('sha256');
  for (const file of BUILD_INPUTS.flatMap((name) => filesUnder(join(root, name)))) {
    hash.update(`${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
