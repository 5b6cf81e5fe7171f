import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { configure } from '../../../scripts/launch/configuration.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-configuration-'));
  vi.stubEnv('DATABASE_URL', 'postgres://rollcall:password@127.0.0.1:1/rollcall');
  vi.stubEnv('DATA_DIR', folder);
  // Vite brings one of its own.
  vi.stubEnv('BASE_URL', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['SANDBOX', 'yes'],
  ['SANDBOX_PORT', 'abc'],
  ['EMAIL_FROM', 'nobody'],
  ['SMS_FROM', '+'],
])('a wrong %s ends the start, though the sandbox would bring its own', async (name, value) => {
  vi.stubEnv(name, value);
  await expect(configure(() => {})).rejects.toThrow(`${name} must be`);
});

test.each([
  ['is a file', () => join(folder, 'file')],
  ['lies below a file', () => join(folder, 'file', 'data')],
  ['cannot be made', () => '/proc/rollcall'],
])('a DATA_DIR that %s ends the start with one line that says so', async (_, path) => {
  writeFileSync(join(folder, 'file'), '');
  vi.stubEnv('DATA_DIR', path());
  await expect(configure(() => {})).rejects.toThrow(/^Nothing can be kept in the folder [^\n]* Set DATA_DIR to [^\n]*$/);
});
