import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppContext } from '#app/config/context.server.ts';
import { readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { createAuth, currentViewer } from '#app/domain/access/auth.server.ts';
import { isSetupToken, makeFirstAdministrator, needsFirstAdministrator } from '#app/domain/access/first-administrator.server.ts';
import { announceFirstAccess } from '#app/http/announce-first-access.server.ts';
import { openSession } from '#app/http/sign-in.server.ts';
import { action, loader } from '#app/routes/setup.tsx';
import { loader as openSetup } from '#app/routes/setup_.$token.ts';
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

/** What the web process writes at its start. The tests' own runner has a channel to it, as other supervisors have. */
async function startWords(): Promise<string> {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0);
  try {
    await announceFirstAccess(context);
  } finally {
    spy.mockRestore();
  }
  return written.join('');
}
const tokenOf = (words: string) => /https:\/\/rollcall\.example\.com\/setup\/([\w-]{43}) /.exec(words)?.[1] ?? '';
const me = (email = 'ana@example.com') => ({ name: 'Ana', email, password: 'words that nobody else knows' });

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

  test('of two who open the page at once the second is told', async () => {
    const token = tokenOf(await startWords());
    const visit = { params: {}, context } as unknown as Parameters<typeof action>[0];
    const ask = (name: string, cookie = token) =>
      new Request('https://rollcall.example.com/setup', {
        method: name === '' ? 'GET' : 'POST',
        headers: { origin: 'https://rollcall.example.com', cookie: `__Host-rollcall_setup=${cookie}` },
        ...(name !== '' && { body: new URLSearchParams(me(`${name}@example.com`)) }),
      });
    const looks = (request: Request) => loader({ ...visit, request }).catch((thrown: Response) => thrown.headers.get('location'));
    expect(await looks(ask(''))).toEqual({ open: true, provider: null, wrong: false });
    expect(await looks(ask('', 'A'.repeat(43)))).toEqual({ open: false, provider: null, wrong: true });
    expect(await looks(new Request('https://rollcall.example.com/setup'))).toEqual({ open: false, provider: null, wrong: false });
    const cut = openSetup({ ...visit, params: { token: token.slice(1) }, request: ask('') });
    expect(cut.headers.get('location')).toBe('/setup?wrong=1');
    expect(await looks(new Request('https://rollcall.example.com/setup?wrong=1'))).toEqual({ open: false, provider: null, wrong: true });
    const came = await Promise.all(['ana', 'bo'].map((name) => action({ ...visit, request: ask(name) }) as Promise<Response>));
    expect(came.map(({ headers }) => headers.get('location')).sort()).toEqual(['/', '/login?made=1']);
    expect(await looks(ask(''))).toBe('/login?made=1');
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
    [{ ...me(), password: '1q2w3e4r5t6y' }, 'password'],
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

test('where one is configured later the link of before is gone', async () => {
  await startWords();
  Object.assign(context, { env: { ...context.env, adminEmail: 'chief@example.com', adminPassword: 'words of the configuration' } });
  await startWords();
  expect((await context.db.pool.query(`select from app_secrets where name = 'setup_token'`)).rowCount).toBe(0);
});

test('where passwords are switched off the first administrator gets none, and is signed in this once', async () => {
  const oidc = {
    ...{ issuer: 'https://id.example.com', clientId: 'rollcall', clientSecret: null, label: 'Example Company', scope: 'openid' },
    ...{ roleClaim: null, roles: {}, defaultRole: null, trustEmail: false, only: true },
  };
  Object.assign(context, { auth: createAuth(context.db, { baseUrl: context.env.baseUrl, secret: 'x'.repeat(40), oidc }) });
  const token = tokenOf(await startWords());
  const headers = { origin: 'https://rollcall.example.com', cookie: `__Host-rollcall_setup=${token}` };
  const ask = async (request: Request) => ({ request, context: context as never, params: {} });
  expect(await loader(await ask(new Request('https://rollcall.example.com/setup', { headers })))).toEqual({
    open: true,
    provider: 'Example Company',
    wrong: false,
  });
  const body = new URLSearchParams({ name: 'Ana', email: 'ana@example.com', password: 'of a form of before, perhaps' });
  const answer = (await action(
    await ask(new Request('https://rollcall.example.com/setup', { method: 'POST', headers, body })),
  )) as Response;
  const cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
  expect(await currentViewer(context.auth, new Headers({ cookie: cookie.join('; ') }), null)).toMatchObject({ name: 'Ana', role: 'admin' });
  expect((await context.db.pool.query('select from app_accounts where password is not null')).rowCount).toBe(0);
});

test.each([
  ['words of the configuration', 0],
  ['chief1234567', 1],
  ['Basketball2026!', 1],
])('with ADMIN_PASSWORD=%s it is made, and %i times warned about', async (password, times) => {
  await start({ ADMIN_EMAIL: 'chief@example.com', ADMIN_PASSWORD: password });
  const warn = vi.spyOn(context.log, 'warn');
  await startWords();
  await startWords();
  expect(warn.mock.calls.map(([words]) => String(words))).toEqual(
    Array(times).fill(expect.stringMatching(/^ADMIN_PASSWORD .+part of|Many/)),
  );
  expect(JSON.stringify(warn.mock.calls)).not.toContain(password);
  expect(await needsFirstAdministrator(context.db.pool)).toBe(false);
});

test('npm start says that it is itself: it makes one up, and is told', async () => {
  vi.stubEnv('ROLLCALL_LAUNCHER', '1');
  const told: unknown[] = [];
  const { send } = process;
  process.send = ((message: unknown) => told.push(message) > 0) as typeof send;
  try {
    expect(await startWords()).toBe('');
  } finally {
    process.send = send as NonNullable<typeof send>;
    vi.unstubAllEnvs();
  }
  expect(told).toEqual([{ firstSignIn: { email: 'admin@example.com', password: expect.any(String) } }, { ready: true }]);
});
