import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppContext } from '#app/config/context.server.ts';
import { readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { createAuth, currentViewer } from '#app/domain/access/auth.server.ts';
import { isSetupToken, makeFirstAdministrator, needsFirstAdministrator } from '#app/domain/access/first-administrator.server.ts';
import { announceFirstAccess } from '#app/http/announce-first-access.server.ts';
import { openSession } from '#app/http/sign-in.server.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let database: TestDatabase | undefined;
let context: AppContext;
async function start(environment: Record<string, string> = {}): Promise<void> {
  await database?.drop();
  database = await createTestDatabase();
  const env = readEnv({ DATABASE_URL: database.url, BASE_URL: 'https://rollcall.example.com', DATA_DIR: '.data/none', ...environment });
  const auth = createAuth(database.db, { baseUrl: env.baseUrl, secret: 'a secret of at least 32 characters, for tests' });
  context = { env, db: database.db, auth, log: createLogger({ ...env, logLevel: 'silent' }) };
}
beforeEach(() => start());
afterAll(() => database?.drop());

/** What the web process writes at its start, outside of `npm start`. */
async function startWords(): Promise<string> {
  const written: string[] = [];
  const send = process.send;
  // The tests' own runner has one.
  process.send = undefined;
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0);
  try {
    await announceFirstAccess(context);
  } finally {
    spy.mockRestore();
    process.send = send as typeof process.send;
  }
  return written.join('');
}
const tokenOf = (words: string) => /https:\/\/rollcall\.example\.com\/setup\/([\w-]{43}) /.exec(words)?.[1] ?? '';
const me = (email = 'ana@example.com') => ({ name: 'Ana', email, password: 'words that only Ana knows' });

describe('where nobody is configured and nobody there', () => {
  test('each start tells the same link, until whoever read it is the administrator', async () => {
    const words = await startWords();
    expect(words).toContain('Nobody can sign in yet.');
    expect(words).not.toContain('Sign in with');
    const token = tokenOf(words);
    expect(await isSetupToken(context.db, token)).toBe(true);
    expect(tokenOf(await startWords())).toBe(token);

    const { id, email } = await makeFirstAdministrator(context, token, me(' Ana@Example.com '));
    expect(email).toBe('ana@example.com');
    const entered = await openSession(context, new Request('https://rollcall.example.com/setup', { method: 'POST' }), id, email);
    const cookie = entered?.headers.getSetCookie().map((one) => one.split(';')[0]);
    expect(await currentViewer(context.auth, new Headers({ cookie: cookie?.join('; ') ?? '' }), null)).toMatchObject({ role: 'admin' });
    expect(await needsFirstAdministrator(context.db.pool)).toBe(false);
    expect(await startWords()).toBe('');
    await expect(makeFirstAdministrator(context, token, me('bo@example.com'))).rejects.toMatchObject({ status: 409, code: 'link_ended' });
    const { rows } = await context.db.pool.query(`select action, actor_name, after from audit_log where action = 'person.add'`);
    expect(rows).toEqual([{ action: 'person.add', actor_name: 'Ana', after: { email: 'ana@example.com', role: 'admin', first: true } }]);
  });

  test('two at once are one administrator', async () => {
    const token = tokenOf(await startWords());
    const made = await Promise.allSettled(
      ['ana', 'bo', 'cy'].map((name) => makeFirstAdministrator(context, token, me(`${name}@example.com`))),
    );
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect((await context.db.pool.query('select from app_users')).rowCount).toBe(1);
  });

  test.each(['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}%`, "' or '1'='1"])('a stranger with %j is none', async (guess) => {
    await startWords();
    await expect(makeFirstAdministrator(context, guess, me())).rejects.toMatchObject({ status: 422, errors: [{ path: 'token' }] });
    expect(await needsFirstAdministrator(context.db.pool)).toBe(true);
  });

  test('a visitor before the first start has said anything is none', async () => {
    await expect(makeFirstAdministrator(context, 'A'.repeat(43), me())).rejects.toMatchObject({ status: 422 });
  });

  test.each([
    [{ ...me(), name: ' ' }, 'name'],
    [me('no address'), 'email'],
    [{ ...me(), password: 'short' }, 'password'],
    [{ ...me(), password: 'ana@example.com' }, 'password'],
  ])('%j is asked again', async (input, path) => {
    const token = tokenOf(await startWords());
    await expect(makeFirstAdministrator(context, token, input)).rejects.toMatchObject({ status: 422, errors: [{ path }] });
    expect(await isSetupToken(context.db, token)).toBe(true);
  });
});

test('where one is configured it is made as before, and there is nothing to set up', async () => {
  await start({ ADMIN_EMAIL: 'chief@example.com' });
  const words = await startWords();
  expect(words).toMatch(/Sign in with chief@example\.com and (\w{5}-){3}\w{5}/);
  expect(words).not.toContain('/setup/');
  expect(await needsFirstAdministrator(context.db.pool)).toBe(false);
});
