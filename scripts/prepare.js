import { spawn, spawnSync } from 'node:child_process';
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
  'vite.chunks.ts',
  'vite.compress.ts',
  'remix.config.js',
  'postcss.config.cjs',
  'tsconfig.json',
];

/** npm or the build, while one runs. */
let tool;

/**
 * Installs what is missing and builds what is stale. Ends the process with a sentence where that fails.
 * A signal meanwhile ends npm or the build and this process, with status 0: nothing has been started yet.
 *
 * @param {{ build: boolean, install?: boolean }} options
 * @returns {Promise<string>} the Node that runs Rollcall's TypeScript
 */
export async function prepare({ build, install: mayInstall = true }) {
  const quit = () => {
    if (!tool) process.exit(0);
    tool.once('close', () => process.exit(0));
    // npm takes its time to obey; what it leaves half done is installed anew by the next start.
    tool.kill('SIGKILL');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, quit);
  process.chdir(root);
  if (!atLeast(process.versions.node, [20, 0]))
    fail(`Rollcall needs Node 20 or newer; this is ${process.version}. Get one from https://nodejs.org`);
  if (!isInstalled()) {
    if (!mayInstall) fail(`The packages of Rollcall are not installed, or are of another version. Run npm ci in ${root} first.`);
    await install();
  }
  const node = findNode();
  if (build && isStale()) await runBuild(node);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, quit);
  return node;
}

/** Builds whether or not anything changed. */
export async function runBuild(node) {
  console.log('Building');
  const inputs = hashInputs();
  const run = await runTool(node, ['node_modules/@remix-run/dev/dist/cli.js', 'vite:build'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (!run.passed) fail(`${run.output}\nThe build failed.`);
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

async function install() {
  console.log('Installing packages (a minute or so, once)');
  // NODE_ENV=production would leave out what the build needs. No package runs a program of its own but those that package.json allows.
  const options = ['--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const first = await npm(['ci', ...options]);
  if (!first.passed) {
    // Another answer than the lock file's is never taken; only where one is not to be had, npm looks for it elsewhere, or for a neighbour.
    if (
      !/\b(E404|ETARGET|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH)\b/.test(first.output) ||
      /EINTEGRITY/.test(first.output)
    )
      fail('The packages could not be installed: see what npm says above. Nothing was taken that is not in package-lock.json.');
    console.log('The registry lacks something; trying npm install');
    if (!(await npm(['install', '--no-save', ...options])).passed)
      fail('The packages could not be installed: see what npm says above. Does this machine reach the npm registry?');
  }
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name] && existsSync(join(root, 'node_modules', name)));
  if (allowed.length > 0 && !(await npm(['rebuild', '--ignore-scripts=false', '--loglevel=error', ...allowed])).passed)
    fail('The packages could not be made ready: see what npm says above.');
}

/** Shows npm's output, and answers it: what it says decides what to try next. */
async function npm(args) {
  const script = process.env.npm_execpath;
  const own = script?.endsWith('npm-cli.js') && existsSync(script);
  const options = { stdio: ['ignore', 'pipe', 'pipe'] };
  const run = own
    ? await runTool(process.execPath, [script, ...args], options)
    : await runTool('npm', args, { ...options, shell: process.platform === 'win32' });
  if (run.output.trim()) console.log(run.output.trimEnd());
  return run;
}

function runTool(command, args, options) {
  return new Promise((resolve) => {
    let output = '';
    tool = spawn(command, args, { cwd: root, ...options });
    for (const stream of [tool.stdout, tool.stderr]) {
      stream?.on('data', (data) => {
        output += data;
      });
    }
    tool.once('error', (error) => resolve({ passed: false, output: error.message }));
    tool.once('close', (code) => {
      tool = undefined;
      resolve({ passed: code === 0, output });
    });
  });
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
