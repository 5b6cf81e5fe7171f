import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppContext } from '#app/config/context.server.ts';
import { createAuth, currentViewer } from '#app/domain/access/auth.server.ts';
import { through } from '#app/domain/access/door.server.ts';
import { givePassword } from '#app/domain/access/give-password.server.ts';
import type { OidcSettings } from '#app/domain/access/oidc-settings.ts';
import { changeOwnPassword } from '#app/domain/access/own-account.server.ts';
import { createRefusals } from '#app/domain/access/refusals.server.ts';
import { requestReset } from '#app/domain/access/resets.server.ts';
import type { Viewer } from '#app/domain/access/roles.ts';
import { useLink } from '#app/domain/access/use-link.server.ts';
import { beginOidc, endOidc, finishOidc } from '#app/http/oidc-sign-in.server.ts';
import { signIn, signOut } from '#app/http/sign-in.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { startProvider, type TestProvider } from '#tests/support/oidc-provider.ts';

const baseUrl = 'http://localhost:3000';
const callback = `${baseUrl}/login/oidc/callback`;
const roles = { admins: 'admin', 'CN=Marketing, OU=Groups': 'marketer', help: 'support' } as const;
let api: TestApi;
let provider: TestProvider;
beforeAll(async () => {
  [api, provider] = await Promise.all([startApi(), startProvider(callback)]);
  await api.context.auth.sessions.api.createUser({
    body: { name: 'boss', email: 'boss@example.com', password: 'of the first one', role: 'admin' },
  });
});
afterAll(async () => {
  await provider.stop();
  await api.drop();
});
beforeEach(() => {
  provider.alter = null;
  provider.people = {};
});

function withOidc(more: Partial<OidcSettings> = {}): AppContext {
  const { issuer, clientId, clientSecret } = provider;
  const oidc: OidcSettings = {
    ...{ issuer, clientId, clientSecret, label: 'Example Company', scope: 'openid email profile groups' },
    ...{ roleClaim: 'groups', roles, defaultRole: null, trustEmail: false, only: false, ...more },
  };
  return { ...api.context, auth: createAuth(api.db, { baseUrl, secret: 'a secret of at least 32 characters, for tests', oidc }) };
}

const get = (path: string, cookie = '') => new Request(`${baseUrl}${path}`, { headers: { cookie, 'x-real-client-ip': '192.0.2.8' } });
const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
/** To the provider and back to our address. */
async function goThere(context: AppContext, who: string | null, next = '/reports') {
  const begun = await beginOidc(context, get(`/login/oidc?next=${encodeURIComponent(next)}`));
  const location = begun.headers.get('location') as string;
  expect(location).toMatch(new RegExp(`^${provider.issuer}/`));
  return { back: await provider.walk(location, who), cookie: cookiesOf(begun) };
}
/** Where somebody ends up: a path of ours, and who they are there. */
async function come(context: AppContext, back: URL, cookie: string) {
  const answer = await finishOidc(context, get(`${back.pathname}${back.search}`, cookie));
  return {
    location: answer.headers.get('location'),
    viewer: await currentViewer(context.auth, new Headers({ cookie: cookiesOf(answer) }), null),
  };
}
async function enter(context: AppContext, who: string | null) {
  const { back, cookie } = await goThere(context, who);
  return come(context, back, cookie);
}
/** What comes of an answer that was asked for and refused. */
const refused = (code: string) => ({ location: `/login?refused=${code}&next=%2Freports`, viewer: null });
const person = (name: string, groups: unknown = ['help'], more: Record<string, unknown> = {}) => ({
  name,
  email: `${name.toLowerCase()}@example.com`,
  email_verified: true,
  groups,
  ...more,
});
const now = () => Math.floor(Date.now() / 1_000);

describe('who comes from the provider', () => {
  test('is signed in where they wanted to go, in an account that is made with the role of their groups', async () => {
    provider.people.ana = person('Ana', ['others', 'help', 'CN=Marketing, OU=Groups']);
    const context = withOidc();
    expect(await enter(context, 'ana')).toMatchObject({
      location: '/reports',
      viewer: { name: 'Ana', email: 'ana@example.com', role: 'marketer' },
    });
    // Their role is what the provider says now.
    provider.people.ana = person('Ana', ['help']);
    expect((await enter(context, 'ana')).viewer).toMatchObject({ role: 'support' });
    const { rows } = await api.db.pool.query<{ action: string; before: object; after: object }>(
      `select action, before, after from audit_log where actor_name = 'Ana' order by id`,
    );
    expect(rows.map(({ action }) => action)).toEqual(['person.add', 'session.begin', 'person.role', 'session.begin']);
    expect(rows[1]?.after).toEqual({ by: 'oidc' });
    expect(rows[2]).toMatchObject({ before: { role: 'marketer' }, after: { role: 'support' } });
    // Another address there is still the same person.
    provider.people.ana = { ...person('Ana', ['help']), email: 'ana.new@example.com', email_verified: false };
    expect((await enter(context, 'ana')).viewer).toMatchObject({ email: 'ana@example.com' });
  });

  test.each([
    ['an array', ['admins'], 'admin'],
    ['a text', 'help', 'support'],
    ['the one that may most', ['help', 'admins'], 'admin'],
    ['none of ours', ['elsewhere'], null],
    ['another spelling', ['Admins'], null],
    ['a name of every object', ['constructor', '__proto__'], null],
    ['nothing', null, null],
    ['numbers', [1, null, {}], null],
  ])('has by %s: %j the role %s', async (_what, groups, role) => {
    const name = `G${JSON.stringify(groups ?? 'none').replaceAll(/\W/g, '')}`;
    provider.people[name] = person(name, groups);
    const { viewer, location } = await enter(withOidc(), name);
    expect(viewer?.role ?? null).toBe(role);
    if (!role) expect(location).toBe(refused('no_role').location);
  });

  test('has the default role where there is one, also by a claim within a claim', async () => {
    provider.people.deep = person('Deep', [], { realm_access: { roles: ['help'] } });
    expect((await enter(withOidc({ roleClaim: 'realm_access.roles' }), 'deep')).viewer).toMatchObject({ role: 'support' });
    provider.people.other = person('Other', []);
    expect((await enter(withOidc({ defaultRole: 'analyst' }), 'other')).viewer).toMatchObject({ role: 'analyst' });
    // Where the provider says nothing of roles, an account keeps its own.
    await api.db.pool.query(`update app_users set role = 'marketer' where email = 'other@example.com'`);
    expect((await enter(withOidc({ roleClaim: null, defaultRole: 'analyst' }), 'other')).viewer).toMatchObject({ role: 'marketer' });
  });

  test.each([
    ['confirmed', { email_verified: true }, {}, 'in'],
    ['confirmed, as text', { email_verified: 'true' }, {}, 'in'],
    ['not confirmed', { email_verified: false }, {}, 'unverified'],
    ['not confirmed, and trusted all the same', { email_verified: false }, { trustEmail: true }, 'unverified'],
    ['said nothing about', { email_verified: undefined }, {}, 'unverified'],
    ['said nothing about, and trusted', { email_verified: undefined }, { trustEmail: true }, 'in'],
    ['missing', { email: undefined }, {}, 'no_email'],
    ['no address', { email: 'ana' }, {}, 'no_email'],
    ['written with a letter that becomes another when its case is folded', { email: '\u212Aim@example.com' }, {}, 'no_email'],
  ])('gets into an account of the same address only where it is %s', async (what, more, settings, got) => {
    const name = `M${what.replaceAll(/\W/g, '')}`;
    const { user } = await api.context.auth.sessions.api.createUser({
      body: { name, email: `${name}@example.com`, password: 'of an own account', role: 'support' as 'admin' },
    });
    provider.people[name] = person(name, ['help'], more);
    const { viewer, location } = await enter(withOidc(settings), name);
    expect(viewer?.id ?? /refused=(\w+)/.exec(location ?? '')?.[1]).toBe(got === 'in' ? user.id : got);
  });

  test('does not inherit the account of who had the address before them', async () => {
    provider.people.first = person('Same');
    expect((await enter(withOidc(), 'first')).viewer).not.toBeNull();
    provider.people.second = person('Same');
    expect(await enter(withOidc(), 'second')).toEqual(refused('taken'));
  });

  test('stays out when disabled, whichever way the account was found', async () => {
    provider.people.dis = person('Dis');
    expect((await enter(withOidc(), 'dis')).viewer).not.toBeNull();
    await api.db.pool.query(`update app_users set banned = true where email = 'dis@example.com'`);
    expect(await enter(withOidc(), 'dis')).toEqual(refused('disabled'));
    await api.db.pool.query(`delete from app_accounts where provider_id = 'oidc' and account_id like '% dis'`);
    expect(await enter(withOidc(), 'dis')).toEqual(refused('disabled'));
  });

  test('is signed out everywhere once they have no role any more, and comes back with one', async () => {
    provider.people.rex = person('Rex');
    const context = withOidc();
    expect((await enter(context, 'rex')).viewer).not.toBeNull();
    const sessions = async () =>
      (await api.db.pool.query(`select from app_sessions s join app_users u on u.id = s.user_id where u.email = 'rex@example.com'`))
        .rowCount;
    expect(await sessions()).toBe(1);
    provider.people.rex = person('Rex', []);
    expect(await enter(context, 'rex')).toEqual(refused('no_role'));
    expect(await sessions()).toBe(0);
    provider.people.rex = person('Rex');
    expect((await enter(context, 'rex')).viewer).toMatchObject({ role: 'support' });
  });

  test('is who they were, however the issuer is spelled in the settings', async () => {
    provider.people.sal = person('Sal');
    const first = (await enter(withOidc(), 'sal')).viewer;
    expect((await enter(withOidc({ issuer: `${provider.issuer}/` }), 'sal')).viewer?.id).toBe(first?.id as string);
  });

  test('gets no password by mail while there is a provider, nor keeps an invitation', async () => {
    await api.db.pool.query(
      `insert into access_links (kind, hash, email, name, role, expires_at)
       values ('invitation', sha256('x'), 'tea@example.com', 'Tea', 'admin', now() + interval '1 day')`,
    );
    provider.people.tea = person('Tea');
    expect((await enter(withOidc(), 'tea')).viewer).toMatchObject({ role: 'support' });
    const links = async (open: string) =>
      (await api.db.pool.query(`select from access_links where email = 'tea@example.com' and ${open}`)).rowCount;
    expect(await links('revoked_at is null')).toBe(0);
    await (await requestReset(withOidc(), 'tea@example.com', '192.0.2.9')).done;
    expect(await links(`kind <> 'invitation'`)).toBe(0);
    // Without the provider there is no other way in.
    await (await requestReset(api.context, 'tea@example.com', '192.0.2.9')).done;
    expect(await links(`kind <> 'invitation'`)).toBe(1);
  });

  test('is not asked for a second factor here, even where their role must have one', async () => {
    await api.db.pool.query(`insert into second_factor_roles (role) values ('support')`);
    provider.people.two = person('Two');
    expect((await enter(withOidc(), 'two')).viewer).toMatchObject({ role: 'support' });
    await api.db.pool.query('delete from second_factor_roles');
  });

  test('is one person, also when they come twice at once', async () => {
    provider.people.twin = person('Twin');
    const context = withOidc();
    const both = await Promise.all([goThere(context, 'twin'), goThere(context, 'twin')]);
    const came = await Promise.all(both.map(({ back, cookie }) => come(context, back, cookie)));
    expect(came.map(({ viewer }) => viewer?.name)).toEqual(['Twin', 'Twin']);
    expect((await api.db.pool.query(`select from app_users where email = 'twin@example.com'`)).rowCount).toBe(1);
  });

  test('stays administrator as the last one', async () => {
    provider.people.boss = person('Boss', ['help']);
    await api.db.pool.query(`update app_users set role = 'analyst' where role = 'admin' and email <> 'boss@example.com'`);
    expect((await enter(withOidc(), 'boss')).viewer).toMatchObject({ email: 'boss@example.com', role: 'admin' });
    const { rows } = await api.db.pool.query(`select outcome from audit_log where action = 'person.role' and object_name = 'boss'`);
    expect(rows).toEqual([{ outcome: 'refused' }]);
    provider.people.boss = person('Boss', []);
    expect((await enter(withOidc(), 'boss')).viewer).toMatchObject({ role: 'admin' });
  });
});

describe('an answer of the provider', () => {
  test.each([
    ['another nonce', { claims: { nonce: 'of another sign-in' } }, 'refused'],
    ['no nonce', { claims: { nonce: undefined } }, 'refused'],
    ['another issuer', { claims: { iss: 'https://elsewhere.example.com' } }, 'refused'],
    ['another audience', { claims: { aud: 'another-program' } }, 'refused'],
    ['two audiences and another party', { claims: { aud: ['rollcall', 'x'], azp: 'x' } }, 'refused'],
    ['another person than asked for', { claims: { sub: 'boss' } }, 'refused'],
    ['a key that is not its own', { key: 'other' }, 'refused'],
    ['no signature', { key: 'none' }, 'refused'],
    ['an end half a minute ago', { claims: { exp: now() - 30 } }, 'in'],
    ['an end five minutes ago', { claims: { exp: now() - 300 } }, 'refused'],
    ['a begin in half a minute', { claims: { nbf: now() + 30, iat: now() + 30 } }, 'in'],
    ['a begin in five minutes', { claims: { nbf: now() + 300 } }, 'refused'],
  ] as const)('with %s: %j is %s', async (_what, alter, got) => {
    provider.people.cy = person('Cy');
    const told = vi.spyOn(api.context.log, 'warn').mockImplementation(() => {});
    provider.alter = alter as TestProvider['alter'];
    const { viewer, location } = await enter(withOidc(), 'cy');
    const words = JSON.stringify(told.mock.calls);
    told.mockRestore();
    expect(viewer ? 'in' : /refused=(\w+)/.exec(location ?? '')?.[1]).toBe(got);
    expect(words).not.toMatch(/eyJ|a secret that both know|cy@example/);
  });

  test('counts in the browser that asked, once, within ten minutes, and with the state that was asked with', async () => {
    provider.people.di = person('Di');
    const context = withOidc();
    const expired = { location: '/login?refused=expired', viewer: null };
    const { back, cookie } = await goThere(context, 'di');
    expect(await come(context, back, '')).toEqual(expired);
    expect(await come(context, back, (await goThere(context, 'di')).cookie)).toEqual(expired);
    expect(
      await come(
        context,
        back,
        cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      ),
    ).toEqual(expired);
    const other = new URL(back);
    other.searchParams.set('state', 'guessed');
    expect(await come(context, other, cookie)).toEqual(expired);
    vi.useFakeTimers({ now: Date.now() + 601_000, toFake: ['Date'] });
    expect(await come(context, back, cookie)).toEqual(expired);
    vi.useRealTimers();
    expect((await come(context, back, cookie)).viewer).toMatchObject({ name: 'Di' });
    // The code is used up.
    expect(await come(context, back, cookie)).toEqual(refused('expired'));
    // A code of one sign-in in the place of another's.
    const [mine, theirs] = [await goThere(context, 'di'), await goThere(context, 'di')];
    mine.back.searchParams.set('code', theirs.back.searchParams.get('code') as string);
    expect(await come(context, mine.back, mine.cookie)).toEqual(refused('expired'));
  });

  test('that says another issuer, or that somebody cancelled, signs nobody in', async () => {
    provider.people.ed = person('Ed');
    const context = withOidc();
    expect(await enter(context, null)).toEqual(refused('cancelled'));
    const { back, cookie } = await goThere(context, 'ed');
    back.searchParams.set('iss', 'https://elsewhere.example.com');
    expect(await come(context, back, cookie)).toEqual(refused('refused'));
  });

  test('that a link of others made up does not end the sign-in under way, and a long way back fits', async () => {
    provider.people.gus = person('Gus');
    const context = withOidc();
    const { back, cookie } = await goThere(context, 'gus', `/?${'\\'.repeat(1_400)}`);
    const made = await finishOidc(context, get('/login/oidc/callback?state=made-up&code=x', cookie));
    expect(made.headers.getSetCookie()).toEqual([]);
    expect(await come(context, back, cookie)).toMatchObject({ location: '/', viewer: { name: 'Gus' } });
  });

  test('leads nowhere else', async () => {
    provider.people.flo = person('Flo');
    const context = withOidc();
    const { back, cookie } = await goThere(context, 'flo', '//elsewhere.example.com/');
    expect((await come(context, back, cookie)).location).toBe('/');
  });

  test('that does not come is told, before and after, and the next one is awaited anew', async () => {
    const own = await startProvider(callback);
    own.people.gus = person('Gus');
    const settings = { issuer: own.issuer };
    const context = withOidc(settings);
    const begun = await beginOidc(context, get('/login/oidc'));
    const back = await own.walk(begun.headers.get('location') as string, 'gus');
    await own.stop();
    const told = vi.spyOn(api.context.log, 'warn').mockImplementation(() => {});
    expect(await come(context, back, cookiesOf(begun))).toEqual({ location: '/login?refused=unavailable', viewer: null });
    const fresh = await beginOidc(withOidc(settings), get('/login/oidc?next=/reports'));
    expect(fresh.headers.get('location')).toBe('/login?refused=unavailable&next=%2Freports');
    expect(told).toHaveBeenCalledTimes(2);
    told.mockRestore();
  });

  test('is asked about no more from an address from which too many came to nothing, and others are not concerned', async () => {
    provider.people.ida = person('Ida');
    const context = withOidc();
    const from = createHash('sha256').update('192.0.2.8').digest('base64url');
    const { oidc } = context.auth.failures;
    await oidc.delete(from);
    await enter(context, null);
    expect((await enter(context, 'ida')).viewer).not.toBeNull();
    // What was never asked for costs nobody anything.
    await come(context, new URL(`${callback}?code=x&state=y`), '');
    expect((await oidc.get(from))?.consumedPoints).toBe(1);
    await oidc.penalty(from, 49);
    expect(await enter(context, 'ida')).toEqual(refused('many'));
    await oidc.delete(from);
  });

  test('is told to the audit log where it was refused, with whose account it is', async () => {
    provider.people.hal = person('Hal');
    const context = withOidc();
    await enter(context, 'hal');
    provider.people.hal = person('Hal', ['elsewhere']);
    const refusals = createRefusals(api.db.pool, () => {});
    const { back, cookie } = await goThere(context, 'hal');
    await through({ door: 'page', address: '192.0.2.8', device: null, refusals }, () => come(context, back, cookie));
    await refusals.close();
    const { rows } = await api.db.pool.query(
      `select reason, object_name from audit_log where action = 'session.begin' and outcome = 'refused' order by id desc limit 1`,
    );
    expect(rows).toEqual([{ reason: 'The provider gives them no role.', object_name: 'Hal' }]);
  });
});

test('who signs out may sign out at the provider, too', async () => {
  provider.people.jo = person('Jo');
  const context = withOidc();
  const { back, cookie } = await goThere(context, 'jo');
  const entered = await finishOidc(context, get(`${back.pathname}${back.search}`, cookie));
  const leave = new Request(`${baseUrl}/logout`, { method: 'POST', headers: { origin: baseUrl, cookie: cookiesOf(entered) } });
  expect((await signOut(context, leave)).headers.get('location')).toBe('/login?out=1');
  const location = new URL((await endOidc(withOidc())).headers.get('location') as string);
  expect(location.origin).toBe(provider.issuer);
  expect(location.searchParams.get('post_logout_redirect_uri')).toBe(`${baseUrl}/login`);
});

test('where there is no provider, its addresses are none', async () => {
  for (const route of [beginOidc, finishOidc, endOidc])
    await expect(route(api.context, get('/login/oidc?code=x&state=y'))).rejects.toMatchObject({ status: 404 });
});

test('passwords that are switched off open nothing, but for an hour what npm run reset-password gave', async () => {
  const context = withOidc({ only: true });
  const request = () => new Request(`${baseUrl}/login`, { method: 'POST', headers: { origin: baseUrl } });
  const say = (password: string) => signIn(context, request(), { email: 'boss@example.com', password });
  expect(await say('of the first one')).toMatchObject({ status: 403 });
  expect(await say('not this one')).toMatchObject({ status: 403 });
  await givePassword(context, 'boss@example.com', 'for an emergency only');
  expect(await say('not this one')).toMatchObject({ status: 403 });
  expect(await say('for an emergency only')).toBeInstanceOf(Response);
  // Nor does anything make new ones.
  const off = { status: 409, code: 'passwords_off' };
  await expect(requestReset(context, 'boss@example.com', '192.0.2.8')).rejects.toMatchObject(off);
  await expect(useLink(context, 'of an invitation', { name: 'New', password: 'a long password' })).rejects.toMatchObject(off);
  await expect(changeOwnPassword(context, {} as Viewer, new Headers(), { former: '', password: '' })).rejects.toMatchObject(off);
  await api.db.pool.query(`update emergency_passwords set until = now() - interval '1 second'`);
  expect(await say('for an emergency only')).toMatchObject({ status: 403 });
});
