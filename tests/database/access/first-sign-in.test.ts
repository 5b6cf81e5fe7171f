import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AppContext } from '#app/config/context.server.ts';
import { readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { createAuth } from '#app/domain/access/auth.server.ts';
import { ensureFirstAccess } from '#app/domain/access/first-access.server.ts';
import { givePassword, PasswordRefused } from '#app/domain/access/give-password.server.ts';
import { sessionSecret } from '#app/domain/access/secrets.server.ts';
import { keepFirstKey } from '#app/http/announce-first-access.server.ts';
import { signIn } from '#app/http/sign-in.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let database: TestDatabase;
let context: AppContext;

beforeAll(async () => {
  database = await createTestDatabase();
  const env = readEnv({ DATABASE_URL: database.url });
  const auth = createAuth(database.db, { baseUrl: env.baseUrl, secret: await sessionSecret(database.db, env) });
  context = { env, db: database.db, auth, log: createLogger(env) };
});
afterAll(() => database.drop());

function tryWith(email: string, password: string): Promise<Response | { error: string }> {
  const headers = { origin: 'http://localhost:3000', 'x-real-client-ip': '192.0.2.9' };
  return signIn(context, new Request('http://localhost:3000/login', { method: 'POST', headers }), { email, password });
}

test('a folder that takes no file costs the first key, which is told, and not the start', () => {
  const warned = vi.spyOn(context.log, 'warn').mockImplementation(() => {});
  keepFirstKey({ ...context, env: { ...context.env, dataDir: join(import.meta.filename, 'data') } }, 'secret-key');
  const told = warned.mock.calls.flat().join();
  warned.mockRestore();
  expect(told).toMatch(/could not be kept in .*api-key.* make one there/);
  expect(told).not.toContain('secret-key');
});

test('a generated first password is shown at each start until somebody has signed in', async () => {
  const first = await ensureFirstAccess(context);
  expect(first.admin).toEqual({ email: 'admin@example.com', password: expect.stringMatching(/^(\w{5}-){3}\w{5}$/) });
  expect(await ensureFirstAccess(context)).toEqual({ admin: first.admin });

  expect(await tryWith('admin@example.com', 'not the password')).toMatchObject({ error: expect.any(String) });
  expect(await ensureFirstAccess(context)).toEqual({ admin: first.admin });

  expect(await tryWith('admin@example.com', first.admin?.password as string)).toBeInstanceOf(Response);
  expect(await ensureFirstAccess(context)).toEqual({});
  const { rowCount } = await database.db.pool.query(`select from app_secrets where name = 'first_password'`);
  expect(rowCount).toBe(0);
});

test('a password that is given at the machine ends all sessions, and the former one is worth nothing', async () => {
  const made = await givePassword(context, ' Admin@Example.com ', null);
  expect(made).toMatchObject({ email: 'admin@example.com', role: 'admin', disabled: false, sessions: 1 });
  expect(await tryWith('admin@example.com', made.password)).toBeInstanceOf(Response);

  const chosen = await givePassword(context, 'admin@example.com', 'chosen by its owner');
  expect(chosen).toMatchObject({ password: 'chosen by its owner', sessions: 1 });
  expect(await tryWith('admin@example.com', made.password)).toMatchObject({ error: expect.any(String) });
  expect(await tryWith('admin@example.com', 'chosen by its owner')).toBeInstanceOf(Response);
});

test.each([
  ['nobody@example.com', null, /Nobody here signs in with nobody@example\.com\. Administrators: admin@example\.com\./],
  ['', null, /Nobody here signs in/],
  ['admin@example.com', 'too short', /10 to 256 characters/],
  ['admin@example.com', 'x'.repeat(257), /10 to 256 characters/],
  ['admin@example.com', 'the admin of harbours', /name or the email address/],
  ['admin@example.com', 'Basketball1!', /tried first.+Nothing was changed/],
])('%j with %j changes nothing', async (email, wanted, words) => {
  await expect(givePassword(context, email, wanted)).rejects.toThrow(PasswordRefused);
  await expect(givePassword(context, email, wanted)).rejects.toThrow(words);
  expect(await tryWith('admin@example.com', 'chosen by its owner')).toBeInstanceOf(Response);
});
