import { describe, expect, test } from 'vitest';
import { givePassword } from '#app/domain/access/give-password.server.ts';
import { changeOwnPassword } from '#app/domain/access/own-account.server.ts';
import { requestReset } from '#app/domain/access/resets.server.ts';
import type { Viewer } from '#app/domain/access/roles.ts';
import { useLink } from '#app/domain/access/use-link.server.ts';
import { beginOidc, endOidc, finishOidc } from '#app/http/oidc-sign-in.server.ts';
import { signIn, signOut } from '#app/http/sign-in.server.ts';
import {
  api,
  baseUrl,
  come,
  cookiesOf,
  enter,
  get,
  goThere,
  person,
  provider,
  refused,
  withOidc,
  withProvider,
} from '#tests/support/oidc.ts';

withProvider();

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
