// Part of npm run check: every package is pinned, can be recognised again, runs no program of its own unasked, and comes under a licence that
// lets Rollcall be used and handed on. `--list` prints the packages that ship, for whoever has to show them.
import { readFileSync } from 'node:fs';

interface Locked {
  version: string;
  license?: string;
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  link?: boolean;
}

type Ranges = Record<string, string> | undefined;

const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const declared = read('package.json') as { allowScripts: Record<string, boolean> } & Record<string, Ranges>;
const locked = (read('package-lock.json') as { packages: Record<string, Locked> }).packages;

/** SPDX names; each asks for no more than to be named along. */
const LICENCES = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'Python-2.0',
  'OFL-1.1',
];
/** Packages whose package.json does not name their licence, with what the LICENSE file in them says. */
const READ_BY_HAND: Record<string, string> = { 'xmlhttprequest-ssl': 'MIT' };
/** Where the lock file says where from: only there. */
const REGISTRY = 'https://registry.npmjs.org/';

const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const packages = Object.entries(locked)
  .filter(([path, { link }]) => path !== '' && !link)
  .map(([path, one]) => ({ name: nameOf(path), ...one, license: one.license ?? READ_BY_HAND[nameOf(path)] }));
const shipped = packages.filter(({ dev }) => !dev);

if (process.argv.includes('--list')) {
  const lines = shipped.map(({ name, version, license }) => `${name} ${version} ${license}`);
  console.log([...new Set(lines)].sort().join('\n'));
} else {
  const problems = [
    ...['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries((declared[kind] as Ranges) ?? {})
        .filter(([name, range]) => range !== locked[`node_modules/${name}`]?.version)
        .map(
          ([name, range]) =>
            `${name}: package.json asks for ${range}, and the lock file has ${locked[`node_modules/${name}`]?.version}. Pin it.`,
        ),
    ),
    ...packages.filter(({ integrity }) => !integrity).map(({ name }) => `${name}: the lock file has no integrity for it.`),
    ...packages
      .filter(({ resolved }) => resolved !== undefined && !resolved.startsWith(REGISTRY))
      .map(({ name, resolved }) => `${name}: comes from ${resolved}.`),
    ...packages
      .filter(({ name, hasInstallScript }) => hasInstallScript && !declared.allowScripts[name])
      .map(({ name }) => `${name}: runs a program when it is installed, and allowScripts does not allow it.`),
    ...shipped
      .filter(({ license }) => !mayShip(license))
      .map(({ name, license }) => `${name}: comes under ${license ?? 'no licence that it names'}, which is not among those that may ship.`),
  ];
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** `MIT`, `(MIT OR CC0-1.0)`, `(Apache-2.0 AND MIT)`: one of those, or all of these. */
function mayShip(license: string | undefined): boolean {
  const text = license?.replaceAll(/[()]/g, '') ?? '';
  const known = (name: string) => LICENCES.includes(name.trim());
  return text.includes(' AND ') ? text.split(' AND ').every(known) : text.split(' OR ').some(known);
}
