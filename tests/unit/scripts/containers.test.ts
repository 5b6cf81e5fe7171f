import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** What docker-compose.yml and the Dockerfile promise (docs/security.md), read as they stand: no container is started here. */

const compose = readFileSync('docker-compose.yml', 'utf8').replaceAll(/^\s*#.*$/gm, '');
/** The blocks of a text at one depth of indentation, by name. */
function blocksOf(text: string, indent: string): Record<string, string> {
  const parts = text.split(new RegExp(`^${indent}(?=[a-z])`, 'm')).slice(1);
  return Object.fromEntries(parts.map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)]));
}
const { services = '', ...rest } = blocksOf(compose, '');
const base = rest['x-rollcall'] ?? '';
const byName = blocksOf(services, '  ');

describe('docker-compose.yml', () => {
  test('names these services', () => {
    expect(Object.keys(byName)).toEqual(['postgres', 'migrate', 'web', 'worker']);
  });

  test.each([
    ['a file system that is read only', /^ {2}read_only: true$/m],
    ['no right of the system', /^ {2}cap_drop: \[ALL\]$/m],
    ['no way to new rights', /^ {2}security_opt: \["no-new-privileges:true"\]$/m],
    ['a limit of memory', /^ {2}mem_limit: /m],
  ])('gives all of Rollcall %s', (_, setting) => {
    expect(base).toMatch(setting);
    for (const name of ['migrate', 'web', 'worker']) {
      expect(byName[name]).toMatch(/^ {4}<<: \*rollcall$/m);
      expect(byName[name]).not.toMatch(/^ {4}(?:read_only|cap_drop|cap_add|security_opt|mem_limit|privileged|user|pid|network_mode):/m);
    }
  });

  test('gives the database a limit of memory and no way to new rights', () => {
    expect(byName.postgres).toMatch(/^ {4}mem_limit: /m);
    expect(byName.postgres).toMatch(/^ {4}security_opt: \["no-new-privileges:true"\]$/m);
  });

  test('hands no service the whole of .env, and the database and the migrations no key of a provider', () => {
    expect(compose).not.toMatch(/env_file/);
    const keys = /SENDGRID_API_KEY|TWILIO_AUTH_TOKEN|OIDC_CLIENT_SECRET|\*sending/;
    expect(base).not.toMatch(keys);
    expect(byName.migrate).not.toMatch(keys);
    expect(byName.postgres).not.toMatch(/\*environment|\*sending|SESSION_SECRET|SECRETS_KEY/);
    expect(byName.worker).not.toMatch(/ADMIN_PASSWORD|OIDC_CLIENT_SECRET|\bAPI_KEY/);
  });

  test('opens no port of the database, and web only to this machine unless somebody says so', () => {
    expect(services.match(/^ {4}ports:\n(.*)$/gm)).toEqual([expect.stringContaining('- "$' + '{PUBLISH:-127.0.0.1:3000}:3000"')]);
  });
});

test('Rollcall’s role in the database is no superuser, and the superuser has no password', () => {
  const made = readFileSync('scripts/docker/init-database.sh', 'utf8');
  expect(made).toMatch(/^create role rollcall login createrole password :'password';$/m);
  expect(made).toMatch(/^alter role :"superuser" password null;$/m);
  expect(made.replaceAll(/^#.*$/gm, '')).not.toMatch(/(?<!:")\bsuperuser\b(?!"|=)|createdb|bypassrls|replication/);
  expect(byName.postgres).toMatch(/init-database\.sh:\/docker-entrypoint-initdb\.d\/\S+:ro$/m);
});

describe('the Dockerfile', () => {
  const lines = readFileSync('Dockerfile', 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'));

  test('installs what the lock file names, and runs no program of a package’s', () => {
    const installs = lines.filter((line) => /\bnpm (?:ci|i|install|add|update)\b/.test(line));
    expect(installs).toHaveLength(2);
    for (const line of installs) expect(line).toMatch(/npm ci (?:\S+ )*--ignore-scripts\b/);
    expect(lines.filter((line) => /ignore-scripts=false/.test(line)).join()).toMatch(/npm rebuild --ignore-scripts=false esbuild$/);
  });

  test('ends as somebody without rights', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  });
});
