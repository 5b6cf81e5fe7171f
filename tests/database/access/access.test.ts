import { createHash } from 'node:crypto';
import { getMigrations } from 'better-auth/db/migration';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppContext } from '#app/config/context.server.ts';
import { readEnv } from '#app/config/env.server.ts';
import { createLogger } from '#app/config/log.server.ts';
import { createApiKey, listApiKeys, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { createAuth, currentViewer } from '#app/domain/access/auth.server.ts';
import { ensureFirstAccess } from '#app/domain/access/first-access.server.ts';
import { createKeyVerifier } from '#app/domain/access/key-verifier.server.ts';
import { sessionSecret } from '#app/domain/access/secrets.server.ts';
import { requireUser } from '#app/http/require.server.ts';
import { safeNext, signIn, signOut } from '#app/http/sign-in.server.ts';
import { openDatabase } from '#db/database.ts';
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts';

let database: TestDatabase;
let context: AppContext;
const password = 'correct horse battery';

beforeAll(async () => {
  database = await createTestDatabase();
  const env = readEnv({ DATABASE_URL: database.url, ADMIN_EMAIL: 'ana@example.com', ADMIN_PASSWORD: password });
  const auth = createAuth(database.db, { baseUrl: env.baseUrl, secret: await sessionSecret(database.db, env) });
  context = { env, db: database.db, auth, log: createLogger(env) };
});
afterAll(() => database.drop());

function form(address: string, headers: Record<string, string> = {}): Request {
  return new Request('http://localhost:3000/login', {
    method: 'POST',
    headers: { origin: 'http://localhost:3000', 'x-real-client-ip': address, ...headers },
  });
}

const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

test('the migration makes exactly the tables that better-auth expects', async () => {
  const { compileMigrations } = await getMigrations(context.auth.sessions.options);
  expect(await compileMigrations()).toBe(';');
});

test('processes that start together make one administrator, one key and one secret', async () => {
  const others = Array.from({ length: 3 }, () => openDatabase(database.url));
  try {
    const contexts = others.map((db) => ({
      ...context,
      db,
      auth: createAuth(db, { baseUrl: context.env.baseUrl, secret: 'x'.repeat(32) }),
    }));
    const made = await Promise.all(contexts.map((one) => ensureFirstAccess(one)));
    expect(made.filter(({ admin }) => admin)).toEqual([expect.objectContaining({ admin: { email: 'ana@example.com', password: null } })]);
    const key = made.find(({ apiKey }) => apiKey)?.apiKey as string;
    expect(key).toMatch(/^rk_[\w-]{43}$/);
    expect(await ensureFirstAccess(context)).toEqual({});
    expect(await context.auth.viewerOfKey(key)).toMatchObject({ role: 'admin', via: 'key', email: null });
    expect(await listApiKeys(database.db)).toHaveLength(1);
    const secrets = await Promise.all(others.map((db) => sessionSecret(db, {})));
    expect(new Set(secrets).size).toBe(1);
    expect(await sessionSecret(database.db, { sessionSecret: 'given' })).toBe('given');
  } finally {
    await Promise.all(others.map((db) => db.pool.end()));
  }
});

test('signing in opens a session, signing out ends it', async () => {
  const answer = (await signIn(context, form('192.0.2.1'), {
    email: ' Ana@Example.com ',
    password,
    next: '/campaigns/7?status=failed',
  })) as Response;
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('/campaigns/7?status=failed');
  expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/);
  const cookie = cookieOf(answer);
  expect(await currentViewer(context.auth, new Headers({ cookie }))).toMatchObject({
    role: 'admin',
    via: 'session',
    email: 'ana@example.com',
  });
  // Another process with the same database knows the session, too.
  const other = createAuth(database.db, { baseUrl: context.env.baseUrl, secret: await sessionSecret(database.db, {}) });
  expect(await currentViewer(other, new Headers({ cookie }))).toMatchObject({ email: 'ana@example.com' });

  await signOut(context, form('192.0.2.1', { cookie }));
  expect(await currentViewer(context.auth, new Headers({ cookie }))).toBeNull();
  expect(await currentViewer(context.auth, new Headers({ cookie: cookie.replace(/.{8}$/, 'tampered') }))).toBeNull();
});

test('a session that is used for ever ends after 30 days all the same', async () => {
  const answer = (await signIn(context, form('192.0.2.1'), { email: 'ana@example.com', password, next: '/' })) as Response;
  const cookie = cookieOf(answer);
  const began = (days: number) =>
    database.db.pool.query(
      `update app_sessions set created_at = now() - make_interval(days => $1), expires_at = now() + interval '7 days'`,
      [days],
    );
  await began(29);
  expect(await currentViewer(context.auth, new Headers({ cookie }))).toMatchObject({ email: 'ana@example.com' });
  await began(31);
  expect(await currentViewer(context.auth, new Headers({ cookie }))).toBeNull();
});

test('a page without a session leads to the sign-in and back', async () => {
  const location = async (url: string) => {
    const thrown = await requireUser(context, new Request(url)).catch((response: Response) => response);
    return (thrown as Response).headers.get('location');
  };
  expect(await location('http://localhost:3000/campaigns/7?status=failed')).toBe('/login?next=%2Fcampaigns%2F7%3Fstatus%3Dfailed');
  expect(await location('http://localhost:3000/')).toBe('/login');
  expect(await location('http://localhost:3000/campaigns/7.data')).toBe('/login?next=%2Fcampaigns%2F7');
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', null, '/%2f/..//evil.example'])(
  'after signing in nobody is led to %s',
  (next) => {
    expect(new URL(safeNext(next), 'http://localhost:3000').origin).toBe('http://localhost:3000');
  },
);

test('after five wrong passwords in a row even the right one waits, from that address only', async () => {
  const wrong = { email: 'ana@example.com', password: 'not the password' };
  const unknown = await signIn(context, form('192.0.2.2'), { ...wrong, email: 'nobody@example.com' });
  for (let i = 0; i < 5; i++) expect(await signIn(context, form('192.0.2.2'), wrong)).toEqual(unknown);
  expect(await signIn(context, form('192.0.2.2'), { ...wrong, password })).toMatchObject({
    error: expect.stringMatching(/^Too many tries\. Wait \d+ seconds/),
  });
  expect(await signIn(context, form('192.0.2.3'), { ...wrong, password })).toBeInstanceOf(Response);
  const { rows } = await database.db.pool.query('select key from sign_in_failures');
  expect(JSON.stringify(rows)).not.toMatch(/ana@|192\.0/);
});

test('tries at the same time count one by one, and a success forgets them', async () => {
  const wrong = { email: 'ana@example.com', password: 'not the password' };
  const tries = await Promise.all(Array.from({ length: 12 }, () => signIn(context, form('192.0.2.4'), wrong)));
  expect(tries.filter((answer) => !(answer instanceof Response) && answer.status === 401)).toHaveLength(5);
  expect(tries.filter((answer) => !(answer instanceof Response) && answer.status === 429)).toHaveLength(7);

  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 4; i++) await signIn(context, form('192.0.2.5'), wrong);
    expect(await signIn(context, form('192.0.2.5'), { ...wrong, password })).toBeInstanceOf(Response);
  }
});

test('guessing one account from everywhere slows it down, but not for browsers that signed in before', async () => {
  const bea = { email: 'bea@example.com', password };
  await context.auth.sessions.api.createUser({ body: { ...bea, name: 'Bea', role: 'marketer' } });
  const before = (await signIn(context, form('198.51.100.1'), bea)) as Response;
  const browser =
    before.headers
      .getSetCookie()
      .find((cookie) => cookie.startsWith('rollcall_browser='))
      ?.split(';')[0] ?? '';
  expect(browser).not.toMatch(/bea|example/);

  // As if eighteen had been made already: each costs a hash.
  await context.auth.failures.account.penalty(createHash('sha256').update(bea.email).digest('base64url'), 18);
  const guesses = [];
  for (let i = 0; i < 5; i++) guesses.push(await signIn(context, form(`203.0.113.${i}`), { ...bea, password: `guess ${i}` }));
  // Twenty, then one in 30 seconds.
  expect(guesses.map((answer) => (answer instanceof Response ? 302 : answer.status))).toEqual([401, 401, 401, 429, 429]);
  expect(await signIn(context, form('198.51.100.2'), bea)).toMatchObject({ status: 429, retryAfterS: expect.any(Number) });

  const known = (cookie: string, given = bea) => signIn(context, form('203.0.113.1', { cookie }), given);
  expect(await known(browser)).toBeInstanceOf(Response);
  // Another's cookie, a changed one, and one that is older than our secret are those of a new browser.
  const forged = [
    browser.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    browser.replace('=', '=x'),
    'rollcall_browser=a~b',
    'rollcall_browser=',
  ];
  for (const cookie of forged) expect(await known(cookie)).toMatchObject({ status: 429 });
  expect(await known(browser, { email: 'ana@example.com', password: 'a guess' })).not.toBeInstanceOf(Response);

  // It is no way around: a stolen one has ten tries in five minutes.
  const id = context.auth.knownBrowsers.find(new Headers({ cookie: browser }), bea.email)?.id ?? '';
  await context.auth.failures.browser.penalty(id, 9);
  const stolen = [];
  for (let i = 0; i < 3; i++) stolen.push(await known(browser, { ...bea, password: `guess ${i}` }));
  expect(stolen.map((answer) => (answer instanceof Response ? 302 : answer.status))).toEqual([401, 429, 429]);
});

test('a browser of several people is known for each', async () => {
  const people = ['cem', 'dora'].map((name) => ({ email: `${name}@example.com`, password }));
  let cookie = '';
  for (const one of people) {
    await context.auth.sessions.api.createUser({ body: { ...one, name: one.email, role: 'marketer' } });
    const answer = (await signIn(context, form('198.51.100.9', { cookie }), one)) as Response;
    cookie =
      answer.headers
        .getSetCookie()
        .find((text) => text.startsWith('rollcall_browser='))
        ?.split(';')[0] ?? '';
  }
  const headers = new Headers({ cookie: `theme=dark; ${cookie}; x=y` });
  const [cem, dora] = people.map(({ email }) => context.auth.knownBrowsers.find(headers, email));
  expect(cem?.id).toMatch(/^[\w-]{16}$/);
  expect(dora?.id).not.toBe(cem?.id);
  expect(context.auth.knownBrowsers.find(headers, 'ana@example.com')).toBeNull();
  expect([headers, new Headers()].map((some) => context.auth.knownBrowsers.knowsAny(some))).toEqual([true, false]);
});

test('a form of another site signs nobody in', async () => {
  const thrown = await signIn(context, form('192.0.2.6', { origin: 'https://evil.example' }), { email: 'ana@example.com', password }).catch(
    (e) => e,
  );
  expect((thrown as Response).status).toBe(403);
});

test('a key is kept as its hash, and a revoked one opens nothing', async () => {
  const { key, apiKey } = await createApiKey(database.db, { name: 'CRM', role: 'marketer', createdBy: 'Ana' });
  const verify = createKeyVerifier(database.db);
  expect(await verify(key)).toEqual({
    id: `key:${apiKey.id}`,
    name: 'CRM',
    email: null,
    role: 'marketer',
    via: 'key',
    label: 'API key CRM',
  });
  expect((await listApiKeys(database.db))[0]).toMatchObject({ name: 'CRM', last_used_at: expect.any(String), revoked_at: null });
  const { rows } = await database.db.pool.query('select * from api_keys');
  expect(JSON.stringify(rows)).not.toContain(key);

  expect(await revokeApiKey(database.db, apiKey.id)).toBe(true);
  expect(await createKeyVerifier(database.db)(key)).toBeNull();
  expect(await revokeApiKey(database.db, 999_999)).toBe(false);
});
