import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { configure } from '../../../scripts/launch-configuration.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-configuration-'));
  vi.stubEnv('DATABASE_URL', 'postgres://rollcall:password@127.0.0.1:1/rollcall');
  vi.stubEnv('DATA_DIR', folder);
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
