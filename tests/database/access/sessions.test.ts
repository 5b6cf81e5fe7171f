import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuth, currentViewer } from '#app/domain/access/auth.server.ts';
import { endOtherSessions, endOwnSession, listSessions, sessionOf } from '#app/domain/access/own-sessions.server.ts';
import { renewSeeds } from '#app/domain/access/renew-seeds.server.ts';
import type { Viewer } from '#app/domain/access/roles.ts';
import { openSeed, sealSeed } from '#app/domain/access/second-factor-seed.server.ts';
import { deviceName } from '#app/domain/access/session.ts';
import { changeSessionLimits, readSessionLimits } from '#app/domain/access/session-limits.server.ts';
import { signIn, signOut } from '#app/http/sign-in.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

type SecretConfig = Parameters<typeof symmetricEncrypt>[0]['key'];

const password = 'correct horse battery';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let api: TestApi;
const people = {} as Record<'ana' | 'bo', Viewer>;
beforeAll(async () => {
  api = await startApi();
  for (const name of ['ana', 'bo'] as const) {
    const email = `${name}@example.com`;
    const { user } = await api.context.auth.sessions.api.createUser({ body: { name, email, password, role: 'admin' } });
    people[name] = { id: user.id, name, email, role: 'admin', via: 'session', label: name };
  }
});
afterAll(() => api.drop());
beforeEach(() => api.db.pool.query('delete from app_sessions'));

const post = (headers: Record<string, string>) =>
  new Request('http://localhost:3000/login', { method: 'POST', headers: { origin: 'http://localhost:3000', ...headers } });
async function enter(who: keyof typeof people, userAgent = firefox): Promise<Headers> {
  const answer = await signIn(api.context, post({ 'user-agent': userAgent, 'x-real-client-ip': '192.0.2.10' }), {
    email: people[who].email as string,
    password,
  });
  const cookies = (answer as Response).headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return new Headers({ cookie: cookies.join('; ') });
}
/** As another process has it, which remembers nothing. */
const viewer = (headers: Headers, used = true) =>
  currentViewer(
    createAuth(api.db, { baseUrl: 'http://localhost:3000', secret: 'a secret of at least 32 characters, for tests' }),
    headers,
    null,
    used,
  );
const age = (column: 'created_at' | 'updated_at', hours: number) =>
  api.db.pool.query(`update app_sessions set ${column === 'created_at' ? 'created_at' : 'updated_at'} = now() - $1 * interval '1 hour'`, [
    hours,
  ]);
const lastUse = async () => (await api.db.pool.query<{ at: Date }>('select updated_at as at from app_sessions')).rows[0]?.at.getTime() ?? 0;

describe('when the secret changes', () => {
  const [secret, newer] = ['a secret of at least 32 characters, for tests', 'another secret of 32 characters or more'];
  const authWith = (secret: string, formerSecret: string | null = null) =>
    createAuth(api.db, { baseUrl: 'http://localhost:3000', secret, formerSecret });

  test('who is signed in stays so as long as the former one is known, and no longer', async () => {
    const headers = await enter('ana');
    const both = authWith(newer, secret);
    expect(await currentViewer(both, headers, null)).toMatchObject({ id: people.ana.id });
    expect(both.knownBrowsers.find(headers, 'ana@example.com')).toEqual(authWith(secret).knownBrowsers.find(headers, 'ana@example.com'));
    expect(both.knownBrowsers.find(headers, 'ana@example.com')).not.toBeNull();
    expect(await sessionOf(both, headers)).not.toBeNull();
    expect(await currentViewer(authWith(newer), headers, null)).toBeNull();
    expect(await currentViewer(authWith(newer, 'a third secret, of 32 characters or more'), headers, null)).toBeNull();
    // The known browser is written down with the new one at the next sign-in, beside its other accounts.
    const again = new Headers({ cookie: both.knownBrowsers.remember(headers, 'ana@example.com').split(';')[0] as string });
    expect(authWith(newer).knownBrowsers.find(again, 'ana@example.com')).toEqual(both.knownBrowsers.find(headers, 'ana@example.com'));
  });

  test.each([
    ['of the former with another token', (cookie: string) => cookie.replace(/(session_token=)./, '$1x')],
    ['that is cut', (cookie: string) => cookie.slice(0, -9)],
    ['that is no encoding', (cookie: string) => cookie.replace(/session_token=[^;]+/, 'session_token=%E0%A4%A.x')],
    ['that is empty', (cookie: string) => cookie.replace(/session_token=[^;]+/, 'session_token=')],
  ])('a cookie %s is nobody', async (_, changed) => {
    const headers = await enter('ana');
    const cookie = changed(headers.get('cookie') ?? '');
    expect(await currentViewer(authWith(newer, secret), new Headers({ cookie }), null)).toBeNull();
  });

  test('the step between password and code goes on as well', async () => {
    const id = people.ana.id;
    await api.db.pool.query(`insert into second_factors (user_id, seed, set_up_at) values ($1, 'x', now())`, [id]);
    const hash = (await api.db.pool.query<{ password: string }>('select password from app_accounts where user_id = $1', [id])).rows[0]
      ?.password;
    const headers = new Headers({
      cookie: authWith(secret)
        .firstSteps.remember({ id, hash: hash as string })
        .split(';')[0] as string,
    });
    expect(await authWith(newer, secret).firstSteps.find(api.db.pool, headers)).toMatchObject({ userId: id });
    expect(await authWith(newer).firstSteps.find(api.db.pool, headers)).toBeNull();
    await api.db.pool.query('delete from second_factors');
  });

  test('second factors are encrypted anew, so that the former one can go', async () => {
    const [before, both, after] = [authWith(secret), authWith(newer, secret), authWith(newer)];
    const { id } = people.ana;
    const sealed = await sealSeed(before, id, 'JBSWY3DPEHPK3PXP');
    await api.db.pool.query('insert into second_factors (user_id, seed, set_up_at) values ($1, $2, now())', [id, sealed]);
    const stored = async () => (await api.db.pool.query('select seed from second_factors where user_id = $1', [id])).rows[0].seed as string;
    expect(await renewSeeds(api.db, after)).toBe(1);
    expect(await stored()).toBe(sealed);
    expect([await renewSeeds(api.db, both), await renewSeeds(api.db, both)]).toEqual([1, 0]);
    expect(await openSeed(after, id, await stored())).toBe('JBSWY3DPEHPK3PXP');
    expect(await openSeed(before, id, await stored())).toBeNull();
    await api.db.pool.query('delete from second_factors');
  });

  test('what better-auth encrypted is read with both, also what names no secret', async () => {
    const configOf = async (auth: ReturnType<typeof authWith>) => (await auth.sessions.$context).secretConfig;
    const [before, both, after] = await Promise.all([authWith(secret), authWith(newer, secret), authWith(newer)].map(configOf));
    const seeds = [
      await symmetricEncrypt({ key: before as SecretConfig, data: 'seed of before' }),
      await symmetricEncrypt({ key: secret, data: 'seed of before' }),
    ];
    for (const data of seeds) {
      expect(await symmetricDecrypt({ key: both as SecretConfig, data })).toBe('seed of before');
      await expect(symmetricDecrypt({ key: after as SecretConfig, data })).rejects.toThrow();
    }
    const data = await symmetricEncrypt({ key: both as SecretConfig, data: 'seed of now' });
    expect(await symmetricDecrypt({ key: after as SecretConfig, data })).toBe('seed of now');
  });
});

describe('a session', () => {
  test('stands in the database without what the browser has', async () => {
    const headers = await enter('ana');
    const token = decodeURIComponent(/session_token=([^;]+)/.exec(headers.get('cookie') ?? '')?.[1] ?? '').split('.')[0] as string;
    expect(token.length).toBeGreaterThan(20);
    const { rows } = await api.db.pool.query<{ row: string; token: string }>('select s::text as row, token from app_sessions s');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain(token);
    // What stands there opens nothing, even with the right signature: the signed value of another is refused, and so is the hash.
    const forged = new Headers({ cookie: (headers.get('cookie') ?? '').replace(encodeURIComponent(token), rows[0]?.token ?? '') });
    expect(await viewer(forged)).toBeNull();
    expect(await viewer(headers)).toMatchObject({ id: people.ana.id });
    await signOut(api.context, post({ cookie: headers.get('cookie') ?? '' }));
    expect(await viewer(headers)).toBeNull();
    expect((await api.db.pool.query('select from app_sessions')).rowCount).toBe(0);
  });

  test.each([
    ['updated_at', 11, true],
    ['updated_at', 13, false],
    ['created_at', 29 * 24, true],
    ['created_at', 31 * 24, false],
  ] as const)('with %s %d hours ago: %s', async (column, hours, holds) => {
    const headers = await enter('ana');
    await age(column, hours);
    expect((await viewer(headers)) !== null).toBe(holds);
    expect((await api.db.pool.query('select from app_sessions')).rowCount).toBe(holds ? 1 : 0);
  });

  test('is prolonged by use, written down once a minute, and not by a page that only stays open', async () => {
    const headers = await enter('ana');
    await age('updated_at', 11);
    const before = await lastUse();
    await viewer(headers, false);
    expect(await lastUse()).toBe(before);
    await viewer(headers);
    const used = await lastUse();
    expect(used).toBeGreaterThan(before);
    await viewer(headers);
    expect(await lastUse()).toBe(used);
  });
});

describe('limits of sessions', () => {
  test('are changed by administrators, and hold for sessions that are open', async () => {
    expect(await readSessionLimits(api.db)).toEqual({ idle_hours: 12, longest_days: 30 });
    const headers = await enter('ana');
    await age('updated_at', 3);
    expect(await changeSessionLimits(api.db, people.ana, { idle_hours: '2', longest_days: '1' })).toEqual({
      idle_hours: 2,
      longest_days: 1,
    });
    expect(await listSessions(api.db, people.ana.id, null)).toEqual([]);
    expect(await viewer(headers)).toBeNull();
    await changeSessionLimits(api.db, people.ana, { idle_hours: '12', longest_days: '30' });
    const { rows } = await api.db.pool.query(`select before, after from audit_log where action = 'settings.change' order by id limit 1`);
    expect(rows[0]).toEqual({ before: { idle_hours: 12, longest_days: 30 }, after: { idle_hours: 2, longest_days: 1 } });
    for (const role of ['marketer', 'support', 'analyst'] as const) {
      const change = changeSessionLimits(api.db, { ...people.bo, role }, { idle_hours: '1', longest_days: '1' });
      await expect(change).rejects.toMatchObject({ status: 403 });
    }
  });

  test.each([
    ['0', '30'],
    ['721', '90'],
    ['12', '0'],
    ['12', '91'],
    ['1.5', '30'],
    ['', '30'],
    ['12', 'many'],
    ['25', '1'],
    ['-1', '30'],
    ['1e1', '30'],
  ])('cannot be %j hours and %j days', async (idle_hours, longest_days) => {
    await expect(changeSessionLimits(api.db, people.ana, { idle_hours, longest_days })).rejects.toMatchObject({ status: 422 });
  });
});

describe('one’s own sessions', () => {
  test('are listed with device, address and last use, and end one by one or all but this', async () => {
    const here = await enter('ana');
    const there = await enter('ana', 'curl/8.5.0');
    const third = await enter('ana');
    const bos = await enter('bo');
    const own = await listSessions(api.db, people.ana.id, await sessionOf(api.context.auth, here));
    expect(own).toHaveLength(3);
    expect(own.filter((one) => one.here)).toMatchObject([{ device: 'Firefox on Linux', address: '192.0.2.10' }]);
    const curl = own.find(({ device }) => device === 'curl');
    await endOwnSession(api.db, people.ana, curl?.id as string);
    expect(await viewer(there)).toBeNull();
    await expect(endOwnSession(api.db, people.ana, curl?.id as string)).rejects.toMatchObject({ status: 404 });
    // Somebody else's is none of one's own.
    const [other] = await listSessions(api.db, people.bo.id, null);
    await expect(endOwnSession(api.db, people.ana, other?.id as string)).rejects.toMatchObject({ status: 404 });
    expect(await endOtherSessions(api.db, people.ana, await sessionOf(api.context.auth, here))).toBe(1);
    expect([await viewer(here), await viewer(third), await viewer(bos)]).toMatchObject([{ id: people.ana.id }, null, { id: people.bo.id }]);
  });

  test.each([
    [firefox, 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1',
      'Safari on iOS',
    ],
    ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['python-requests/2.32', 'python-requests'],
    ['', 'Unknown browser'],
    [null, 'Unknown browser'],
  ])('%j is %s', (userAgent, device) => {
    expect(deviceName(userAgent)).toBe(device);
  });
});

describe('the cookie of a session', () => {
  const begin = async (baseUrl: string) => {
    const auth = createAuth(api.db, { baseUrl, secret: 'a secret of at least 32 characters, for tests' });
    const headers = { origin: baseUrl, 'user-agent': firefox, 'x-real-client-ip': '192.0.2.10' };
    const request = new Request(`${baseUrl}/login`, { method: 'POST', headers: { ...headers, cookie: 'other=1' } });
    const answer = (await signIn({ ...api.context, auth }, request, { email: people.ana.email as string, password })) as Response;
    const set = answer.headers.getSetCookie().find((one) => one.includes('session_token')) as string;
    return { auth, headers, set, cookie: set.split(';')[0] as string };
  };

  test('is for this very host with https, and as before without', async () => {
    const secure = await begin('https://rollcall.example.com');
    expect(secure.set).toMatch(/^__Host-rollcall\.session_token=/);
    expect(secure.set).toMatch(/; Path=\/;/);
    expect(secure.set).toMatch(/; Secure/);
    expect(secure.set).toMatch(/; HttpOnly/);
    expect(secure.set).not.toMatch(/domain/i);
    expect(await currentViewer(secure.auth, new Headers({ cookie: secure.cookie }), null)).toMatchObject({ id: people.ana.id });
    const { rows } = await api.db.pool.query('select ip_address, user_agent from app_sessions');
    expect(rows).toEqual([{ ip_address: '192.0.2.10', user_agent: firefox }]);
    const plain = await begin('http://localhost:3000');
    expect(plain.set).toMatch(/^rollcall\.session_token=/);
    expect(plain.set).not.toMatch(/; Secure/);
  });

  test('of the former name holds until the session ends, but not beside the present one, and not for one that began later', async () => {
    const { auth, headers, cookie } = await begin('https://rollcall.example.com');
    const former = cookie.replace('__Host-', '__Secure-');
    // A neighbour's own session, put into this browser.
    expect(await currentViewer(auth, new Headers({ cookie: `a=b; ${former}` }), null)).toBeNull();
    await api.db.pool.query('update app_sessions set former_cookie = true');
    expect(await currentViewer(auth, new Headers({ cookie: `a=b; ${former}` }), null)).toMatchObject({ id: people.ana.id });
    // Another cookie whose name only ends like it hides nothing.
    expect(await currentViewer(auth, new Headers({ cookie: `x${cookie}; ${former}` }), null)).toMatchObject({ id: people.ana.id });
    // What a neighbour puts beside it counts for nothing.
    expect(await currentViewer(auth, new Headers({ cookie: `${former}; __Host-rollcall.session_token=x.y` }), null)).toBeNull();
    expect(await currentViewer(auth, new Headers({ cookie: cookie.replace('__Host-', '') }), null)).toBeNull();
    await signOut(
      { ...api.context, auth },
      new Request('https://rollcall.example.com/logout', { method: 'POST', headers: { ...headers, cookie: former } }),
    );
    expect((await api.db.pool.query('select from app_sessions')).rowCount).toBe(0);
  });
});
