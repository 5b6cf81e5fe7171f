import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEnv } from '#app/config/env.server.ts';
import { decideLaunch, sandboxEnv } from '../../../scripts/launch/settings.ts';

const DATABASE_URL = 'postgres://rollcall:password@localhost:5432/rollcall';

describe('what npm start brings along', () => {
  test.each([
    ['nothing is set', {}, { sandbox: true, embeddedDatabase: true }],
    ['a provider is set', { SENDGRID_API_KEY: 'SG.key' }, { sandbox: false, embeddedDatabase: true }],
    ['the other provider is set', { TWILIO_ACCOUNT_SID: 'AC0' }, { sandbox: false, embeddedDatabase: true }],
    ['the sandbox is forced', { SENDGRID_API_KEY: 'SG.key', SANDBOX: '1' }, { sandbox: true, embeddedDatabase: true }],
    ['the sandbox is forbidden', { SANDBOX: '0' }, { sandbox: false, embeddedDatabase: true }],
    ['a database is set', { DATABASE_URL }, { sandbox: true, embeddedDatabase: false }],
    [
      'production has all',
      { NODE_ENV: 'production', DATABASE_URL, SENDGRID_API_KEY: 'SG.key' },
      { sandbox: false, embeddedDatabase: false },
    ],
    [
      'production asks by name',
      { NODE_ENV: 'production', DATABASE_URL: 'embedded', SANDBOX: '1' },
      { sandbox: true, embeddedDatabase: true },
    ],
  ])('when %s', (_, source, decided) => {
    expect(decideLaunch(source)).toEqual(decided);
  });

  test('production refuses what nobody asked for', () => {
    expect(() => decideLaunch({ NODE_ENV: 'production', DATABASE_URL })).toThrow(/SENDGRID_API_KEY/);
    expect(() => decideLaunch({ NODE_ENV: 'production', SENDGRID_API_KEY: 'SG.key' })).toThrow(/DATABASE_URL=postgres/);
  });
});

describe('the sandbox', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('gets keys of its own in place of real ones', () => {
    const env = readEnv({
      DATABASE_URL,
      SENDGRID_API_KEY: 'SG.real',
      SENDGRID_BASE_URL: 'https://api.sendgrid.com',
      ...sandboxEnv(folder, 4000),
    });
    expect(env.sendgridApiKey).not.toBe('SG.real');
    expect(env).toMatchObject({ sendgridBaseUrl: 'http://127.0.0.1:4000', twilioBaseUrl: 'http://127.0.0.1:4000' });
  });

  test('signs events with a key that outlives a restart and that only its owner may read', () => {
    const before = sandboxEnv(folder, 4000);
    expect(sandboxEnv(folder, 4000)).toEqual(before);
    expect(statSync(join(folder, 'sandbox-secret')).mode & 0o777).toBe(0o600);
  });
});
