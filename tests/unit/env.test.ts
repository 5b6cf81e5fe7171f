import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { baseUrlWarning, EnvError, oidcSettings, readEnv } from '#app/config/env.server.ts';
import { decideLaunch } from '../../scripts/launch/settings.ts';

const DATABASE_URL = 'postgres://rollcall:hush@localhost:5432/rollcall';

function problemOf(source: Record<string, string>): string {
  try {
    readEnv({ DATABASE_URL, ...source });
  } catch (error) {
    expect(error).toBeInstanceOf(EnvError);
    return (error as Error).message;
  }
  throw new Error('readEnv accepted what it should refuse');
}

const read = (source: Record<string, string>) => readEnv({ DATABASE_URL, ...source });

test('a database is all that is needed', () => {
  expect(read({})).toMatchObject({
    databaseUrl: DATABASE_URL,
    databaseDirectUrl: DATABASE_URL,
    port: 3000,
    baseUrl: 'http://localhost:3000',
    sendTimeoutMs: 10_000,
    unknownGraceS: 30,
    webhookAllowPrivate: false,
    sendgridBaseUrl: 'https://api.sendgrid.com',
    nodeEnv: 'development',
  });
});

const OIDC = { OIDC_ISSUER: 'https://login.example.com', OIDC_CLIENT_ID: 'rollcall', OIDC_DEFAULT_ROLE: 'analyst' };

test('without a provider there is none, and with one people keep their passwords', () => {
  expect(oidcSettings(read({}))).toBeNull();
  expect(oidcSettings(read({ ...OIDC, OIDC_ROLE_CLAIM: 'groups', OIDC_ROLES: '{"bosses": "admin"}' }))).toEqual({
    issuer: 'https://login.example.com',
    clientId: 'rollcall',
    clientSecret: null,
    label: 'single sign-on',
    scope: 'openid email profile',
    roleClaim: 'groups',
    roles: { bosses: 'admin' },
    defaultRole: 'analyst',
    trustEmail: false,
    only: false,
  });
});

test.each<[Record<string, string>, string]>([
  [{ OIDC_ISSUER: 'https://login.example.com' }, 'OIDC_ISSUER and OIDC_CLIENT_ID go together'],
  [{ ...OIDC, OIDC_DEFAULT_ROLE: '' }, 'else nobody new could come in'],
  [{ ...OIDC, OIDC_ROLE_CLAIM: 'groups' }, 'OIDC_ROLE_CLAIM and OIDC_ROLES go together'],
  [{ ...OIDC, OIDC_ROLE_CLAIM: 'groups', OIDC_ROLES: '{"bosses": "boss"}' }, 'one of the roles admin, marketer, support, analyst'],
  [{ ...OIDC, OIDC_ROLE_CLAIM: 'groups', OIDC_ROLES: 'bosses=admin' }, 'must be JSON'],
  [{ ...OIDC, OIDC_DEFAULT_ROLE: 'boss' }, 'OIDC_DEFAULT_ROLE must be one of'],
  [{ ...OIDC, OIDC_ISSUER: 'http://login.example.com' }, 'must begin with https://'],
  [{ ...OIDC, OIDC_ISSUER: 'https://login.microsoftonline.com/common/v2.0' }, 'must be of your own company'],
  [{ ...OIDC, OIDC_ISSUER: 'https://login.microsoftonline.com/Organizations' }, 'must be of your own company'],
  [{ ...OIDC, OIDC_SCOPE: 'email' }, 'must have openid among its words'],
  [{ OIDC_ONLY: '1' }, 'else nobody could sign in'],
])('a provider that cannot work ends the start: %j', (source, words) => {
  expect(problemOf(source)).toContain(words);
});

test('the public origin follows the port', () => {
  expect(read({ PORT: '4100' }).baseUrl).toBe('http://localhost:4100');
});

test.each([
  ['https://mail.example.com/', 'https://mail.example.com'],
  ['HTTPS://Mail.Example.com:443', 'https://mail.example.com'],
  ['http://mail.example.com:80/', 'http://mail.example.com'],
  ['https://mail.example.com:8443', 'https://mail.example.com:8443'],
  ['http://[2001:DB8::1]:3000', 'http://[2001:db8::1]:3000'],
])('the public origin %s is %s', (given, origin) => {
  expect(read({ BASE_URL: given }).baseUrl).toBe(origin);
});

test.each(['https://example.com/rollcall', 'https://example.com/?x=1', 'https://example.com/#a', 'https://ana:hush@example.com'])(
  'a public origin %s that Rollcall cannot run under ends the start',
  (given) => {
    expect(problemOf({ BASE_URL: given })).toContain('BASE_URL must be a scheme and a name only');
  },
);

test.each([
  'https://*',
  'https://-mail.example.com',
  'https://mail..example.com',
  'https://mail.example.com:0',
  'https://mail.example.com,b',
])('a public origin %s that no link can lead to ends the start', (given) => {
  expect(problemOf({ BASE_URL: given })).toContain('BASE_URL must have a name or an address that links can lead to');
});

test.each([
  ['https://mail.example.com', null],
  ['http://mail.example.com', 'unencrypted'],
  ['http://localhost:3000', 'lead to each reader'],
  ['https://127.0.0.1', 'lead to each reader'],
  ['http://[::1]:3000', 'lead to each reader'],
])('in production the public origin %s is warned of: %s', (given, warning) => {
  const source = { BASE_URL: given, NODE_ENV: 'production', SESSION_SECRET: 'generated' };
  expect(baseUrlWarning(read(source), source)).toEqual(warning && expect.stringContaining(warning));
  expect(baseUrlWarning(read(source), { ...source, LAUNCHED: '1' })).toBeNull();
});

test('this machine only is listened to and nobody is believed, where nothing else is said', () => {
  expect(read({})).toMatchObject({ host: '127.0.0.1', trustProxy: [] });
  expect(read({ HOST: '::', TRUST_PROXY: 'loopback, 10.0.0.0/8,2001:db8::1' })).toMatchObject({
    host: '::',
    trustProxy: ['loopback', '10.0.0.0/8', '2001:db8::1'],
  });
  expect(read({ TRUST_PROXY: 'none' }).trustProxy).toEqual([]);
  for (const wrong of ['1', 'true', 'proxy.example.com', '10.0.0.0/33', '0.0.0.0/0', '10.0.0.1/8/8'])
    expect(problemOf({ TRUST_PROXY: wrong })).toContain('TRUST_PROXY must name the addresses or networks of your proxies');
});

test('an empty variable counts as absent', () => {
  expect(read({ SMS_RATE: '', SANDBOX: ' ', SESSION_SECRET: '' })).toMatchObject({
    smsRate: undefined,
    sandbox: undefined,
    sessionSecret: undefined,
  });
});

describe('an error names the variable, what was wrong and an example', () => {
  test.each([
    ['PORT', '70000', 'must be a whole number from 1 to 65535'],
    ['PORT', '3e3', 'must be a whole number from 1 to 65535'],
    ['BASE_URL', 'mail.example.com', 'must be a URL that starts with http'],
    ['EMAIL_FROM', 'news', 'must be an address'],
    ['SMS_FROM', 'a name that is long', 'must be a number like +15005550006'],
    ['SMS_RATE', '0', 'must be above 0'],
    ['SANDBOX', 'yes', 'must be 0 or 1'],
    ['ADMIN_EMAIL', 'admin', 'must be an email address'],
    ['NODE_ENV', 'prod', 'must be one of development, production, test'],
    ['LOG_LEVEL', 'loud', 'must be one of fatal, error'],
  ])('%s=%s', (name, value, wrong) => {
    const message = problemOf({ [name]: value });
    expect(message).toContain(`${name} `);
    expect(message).toContain(wrong);
    expect(message).toContain(`Example: ${name}=`);
  });

  test('all of them at once', () => {
    expect(problemOf({ PORT: 'x', SMS_RATE: 'y', DATABASE_URL: '' }).split('\n')).toHaveLength(4);
  });

  test('half of a pair of credentials', () => {
    expect(problemOf({ TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}` })).toContain('TWILIO_AUTH_TOKEN');
  });

  test.each([
    ['SECRETS_KEY', 'hunter2-hunter2-hunter2-hunter2'],
    ['SECRETS_KEY_OLD', 'f'.repeat(63)],
  ])('a %s that is none, without showing it', (name, value) => {
    const message = problemOf({ SECRETS_KEY: 'ab'.repeat(32), [name]: value });
    expect(message).toContain(`${name} must be a key of 32 bytes`);
    expect(message).not.toContain(value);
  });

  test('an old key alone', () => {
    expect(problemOf({ SECRETS_KEY_OLD: 'ab'.repeat(32) })).toContain('SECRETS_KEY_OLD is the key of before');
  });

  test('but never shows a secret', () => {
    expect(problemOf({ SESSION_SECRET: 'hunter2' })).not.toContain('hunter2');
    expect(problemOf({ DATABASE_URL: 'mysql://root:hunter2@db' })).not.toContain('hunter2');
  });
});

describe('in production', () => {
  test('a generated session secret is refused', () => {
    expect(problemOf({ NODE_ENV: 'production' })).toContain('SESSION_SECRET is missing');
    expect(read({ NODE_ENV: 'production', SESSION_SECRET: 's'.repeat(32) }).nodeEnv).toBe('production');
  });

  test('unless asked for by name', () => {
    expect(read({ NODE_ENV: 'production', SESSION_SECRET: 'generated' }).sessionSecret).toBeUndefined();
  });

  test('unless npm start chose the production build itself', () => {
    expect(read({ NODE_ENV: 'production', LAUNCHED: '1' }).sessionSecret).toBeUndefined();
  });
});

test('the process ends with status 1 and says why', () => {
  const script = `import('./app/config/env.server.ts').then(({ readEnvOrExit }) => readEnvOrExit({ PORT: '0' }))`;
  const run = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('DATABASE_URL is missing. Example: DATABASE_URL=postgres://');
  expect(run.stderr).not.toContain('at ');
});

describe('a secret in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-secrets-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const fileOf = (content: string | Buffer) => {
    const path = join(folder, randomUUID());
    writeFileSync(path, content);
    return path;
  };

  test.each([
    ['as it is', 'SG.harbour-lantern'],
    ['with a line break at its end, as editors and echo write it', 'SG.harbour-lantern\n'],
    ['with the line break of Windows', 'SG.harbour-lantern\r\n'],
    ['with the mark that some editors put first', '\uFEFFSG.harbour-lantern\n'],
  ])('is read %s', (_, content) => {
    expect(read({ SENDGRID_API_KEY_FILE: fileOf(content) }).sendgridApiKey).toBe('SG.harbour-lantern');
  });

  test('keeps the blanks of a passphrase, and follows links as mounted secrets have them', () => {
    const path = fileOf('  tall ships, calm seas \n');
    symlinkSync(path, `${path}-link`);
    expect(read({ ADMIN_PASSWORD_FILE: `${path}-link` }).adminPassword).toBe('  tall ships, calm seas ');
  });

  test('may be the database’s address, and satisfies what production asks for', () => {
    const source = {
      NODE_ENV: 'production',
      DATABASE_URL: '',
      DATABASE_URL_FILE: fileOf(DATABASE_URL),
      SESSION_SECRET_FILE: fileOf(`${'s'.repeat(40)}\n`),
      TWILIO_ACCOUNT_SID_FILE: fileOf(`AC${'0'.repeat(32)}\n`),
      TWILIO_AUTH_TOKEN_FILE: fileOf('token\n'),
    };
    expect(read(source)).toMatchObject({ databaseUrl: DATABASE_URL, sessionSecret: 's'.repeat(40), twilioAuthToken: 'token' });
  });

  test.each([
    ['that is empty', () => fileOf('\n'), 'and that is empty'],
    ['that does not exist', () => join(folder, 'nowhere'), 'and that does not exist'],
    ['that is a folder', () => folder, 'and that is no file'],
    ['that never ends', () => '/dev/zero', 'and that is no file'],
    ['that is larger than a secret', () => fileOf('x'.repeat(70_000)), 'larger than 64 kB'],
    ['of several lines', () => fileOf('hush\nhush too\n'), 'more than one line'],
    ['of no text', () => fileOf(Buffer.from([0x53, 0x47, 0xff, 0x00])), 'that is no text'],
  ])('%s ends the start, and says which variable', (_, path, why) => {
    const problem = problemOf({ SENDGRID_API_KEY_FILE: path() });
    expect(problem).toContain('SENDGRID_API_KEY_FILE names');
    expect(problem).toContain(why);
    expect(problem).not.toContain('hush');
  });

  test('a pipe that nobody writes to does not hang the start', () => {
    const path = join(folder, 'pipe');
    spawnSync('mkfifo', [path]);
    expect(problemOf({ SENDGRID_API_KEY_FILE: path })).toContain('and that is no file');
  });

  test('beside the variable itself leaves it open which one counts', () => {
    expect(problemOf({ SENDGRID_API_KEY: 'SG.one', SENDGRID_API_KEY_FILE: fileOf('SG.two') })).toContain(
      'SENDGRID_API_KEY_FILE and SENDGRID_API_KEY are both set',
    );
  });

  test('is held to the same rules, and not shown', () => {
    const problem = problemOf({ SESSION_SECRET_FILE: fileOf('short-and-secret') });
    expect(problem).toContain('SESSION_SECRET must have at least 32 characters');
    expect(problem).not.toContain('short-and-secret');
  });

  test('counts where it is decided whether the sandbox and the embedded database are needed', () => {
    expect(decideLaunch({ SENDGRID_API_KEY_FILE: '/run/secrets/sendgrid', DATABASE_URL_FILE: '/run/secrets/database' })).toEqual({
      sandbox: false,
      embeddedDatabase: false,
    });
  });
});
