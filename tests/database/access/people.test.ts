import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '#app/domain/access/api-keys.server.ts';
import { invite, listInvitations, renewInvitation, revokeInvitation } from '#app/domain/access/invitations.server.ts';
import {
  changeRole,
  deletePerson,
  disablePerson,
  enablePerson,
  endSessions,
  listAdministrators,
  listPeople,
  renamePerson,
} from '#app/domain/access/people.server.ts';
import { makeReset } from '#app/domain/access/resets.server.ts';
import type { Role, Viewer } from '#app/domain/access/roles.ts';
import { findLink, useLink } from '#app/domain/access/use-link.server.ts';
import { requireUser } from '#app/http/require.server.ts';
import { signIn } from '#app/http/sign-in.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.drop());

/** The headers of somebody who signed in; null where that was refused. */
async function signedIn(email: string, password: string): Promise<Headers | null> {
  const request = new Request('http://localhost:3000/login', { method: 'POST', headers: { origin: 'http://localhost:3000' } });
  const answer = await signIn(api.context, request, { email, password });
  if (!(answer instanceof Response)) return null;
  return new Headers({
    cookie: answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  });
}
const viewerOf = (headers: Headers) => requireUser(api.context, new Request('http://localhost:3000/', { headers }));
const as = (role: Role): Viewer => ({ id: 'somebody', name: role, email: null, role, via: 'session', label: `the ${role}` });
const boss = as('admin');
const use = (token: string, password: string, name: string | null = null) => useLink(api.context, token, { name, password });
/** Somebody with an account, by way of an invitation. */
async function add(name: string, role: 'admin' | 'marketer' | 'analyst') {
  const { token } = await invite(api.db, boss, { name, email: ` ${name}@Example.com `, role });
  const password = `lanterns of harbour ${name.length}, kept`;
  const { email } = await use(token, password, name);
  const person = (await listPeople(api.db)).find((one) => one.email === email);
  const headers = (await signedIn(email, password)) as Headers;
  return { ...person, id: person?.id as string, email, password, headers, viewer: await viewerOf(headers) };
}

describe('invitations', () => {
  test('become accounts with a password that the invited person chose, once', async () => {
    const { token, invitation } = await invite(api.db, boss, { name: 'Ana', email: ' Ana@Example.com ', role: 'marketer' });
    expect(invitation).toMatchObject({ email: 'ana@example.com', role: 'marketer', created_by: 'the admin', expired: false });
    expect(await listInvitations(api.db)).toContainEqual(invitation);
    const kept = await api.db.pool.query<{ row: string }>('select l::text as row from access_links l');
    expect(kept.rows.map(({ row }) => row).join()).not.toContain(token);

    // Looking, as programs that check mail do, uses nothing up.
    for (let i = 0; i < 3; i++) expect(await findLink(api.db, token)).toMatchObject({ kind: 'invitation', name: 'Ana', role: 'marketer' });
    expect(await use(token, 'chosen by nobody else', 'Ana Example')).toEqual({
      kind: 'invitation',
      id: expect.any(String),
      email: 'ana@example.com',
    });
    expect(await viewerOf((await signedIn('ana@example.com', 'chosen by nobody else')) as Headers)).toMatchObject({
      name: 'Ana Example',
      role: 'marketer',
    });
    expect(await listInvitations(api.db)).toEqual([]);
    expect(await findLink(api.db, token)).toBeNull();
    await expect(use(token, 'chosen by somebody else', 'Ana')).rejects.toMatchObject({ status: 409, code: 'link_ended' });
    await expect(invite(api.db, boss, { name: 'Ana', email: 'ANA@example.com', role: 'admin' })).rejects.toMatchObject({
      status: 422,
      errors: [{ path: 'email' }],
    });
  });

  test('give one account where they are used at the same time', async () => {
    const { token } = await invite(api.db, boss, { name: 'Twice', email: 'twice@example.com', role: 'analyst' });
    const uses = await Promise.allSettled(['the first of the two', 'the second of two'].map((password) => use(token, password, 'Twice')));
    expect(uses.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await listPeople(api.db)).filter(({ email }) => email === 'twice@example.com')).toHaveLength(1);
  });

  test('end when they are taken back, replaced, renewed, or too old', async () => {
    const input = { name: 'Cy', email: 'cy@example.com', role: 'analyst' } as const;
    const first = await invite(api.db, boss, input);
    const second = await invite(api.db, boss, { ...input, role: 'support' });
    expect(await findLink(api.db, first.token)).toBeNull();
    const third = await renewInvitation(api.db, boss, second.invitation.id);
    expect(await findLink(api.db, second.token)).toBeNull();
    expect(await findLink(api.db, third.token)).toMatchObject({ role: 'support' });
    await api.db.pool.query(`update access_links set expires_at = now() where id = $1`, [third.invitation.id]);
    expect(await findLink(api.db, third.token)).toBeNull();
    expect(await listInvitations(api.db)).toMatchObject([{ id: third.invitation.id, expired: true }]);
    const fourth = await renewInvitation(api.db, boss, third.invitation.id);
    await revokeInvitation(api.db, boss, fourth.invitation.id);
    await expect(use(fourth.token, 'chosen by Cy alone', 'Cy')).rejects.toMatchObject({ code: 'link_ended' });
    for (const act of [revokeInvitation, renewInvitation])
      await expect(act(api.db, boss, fourth.invitation.id)).rejects.toMatchObject({ status: 409 });
  });

  test.each([
    ['', 'too short'],
    ['123456789', 'too short'],
    ['x'.repeat(257), 'too long'],
    ['aaaaaaaaaaaa', 'repeats'],
    ['121212121212', 'repeats'],
    ['Di@Example.com', 'name or the email'],
    ['Diana Example', 'name or the email'],
  ])('do not take %j for a password', async (password, why) => {
    const { token } = await invite(api.db, boss, { name: 'Diana Example', email: 'di@example.com', role: 'analyst' });
    await expect(use(token, password, 'Diana Example')).rejects.toMatchObject({
      status: 422,
      errors: [{ path: 'password', message: expect.stringContaining(why) }],
    });
    expect(await findLink(api.db, token)).not.toBeNull();
  });

  test.each(['', 'short', '../../etc/passwd', 'A'.repeat(43), `${'A'.repeat(42)}'`, 'ä'.repeat(43)])('%j opens nothing', async (token) => {
    expect(await findLink(api.db, token)).toBeNull();
    await expect(use(token, 'chosen by nobody', 'No')).rejects.toMatchObject({ code: 'link_ended' });
  });

  test('need a name, an address and a role', async () => {
    await expect(invite(api.db, boss, { name: ' ', email: 'nobody', role: 'owner' as never })).rejects.toMatchObject({
      errors: [{ path: 'name' }, { path: 'email' }, { path: 'role' }],
    });
  });
});

describe('administrators', () => {
  test('change roles from the next request on, disable, enable, and make links to new passwords', async () => {
    const chief = await add('chief', 'admin');
    const bo = await add('bo', 'analyst');
    expect(await listPeople(api.db)).toContainEqual(expect.objectContaining({ id: bo.id, seen_at: expect.any(String) }));
    expect(await changeRole(api.db, chief.viewer, bo.id, { role: 'marketer' })).toMatchObject({ role: 'marketer' });
    expect(await viewerOf(bo.headers)).toMatchObject({ role: 'marketer' });

    const unused = await makeReset(api.db, boss, bo.id);
    expect(await viewerOf(bo.headers)).toMatchObject({ role: 'marketer' });
    expect(await disablePerson(api.db, chief.viewer, bo.id)).toMatchObject({ disabled: true });
    await expect(viewerOf(bo.headers)).rejects.toMatchObject({ status: 302 });
    expect(await signedIn(bo.email, bo.password)).toBeNull();
    expect(await findLink(api.db, unused.token)).toBeNull();
    await expect(makeReset(api.db, boss, bo.id)).rejects.toMatchObject({ status: 409 });
    await enablePerson(api.db, chief.viewer, bo.id);
    const again = (await signedIn(bo.email, bo.password)) as Headers;

    const { token } = await makeReset(api.db, boss, bo.id);
    expect(await use(token, 'another one, Bo alone knows')).toEqual({ kind: 'reset', id: bo.id, email: bo.email });
    await expect(viewerOf(again)).rejects.toMatchObject({ status: 302 });
    expect(await signedIn(bo.email, bo.password)).toBeNull();
    expect(await signedIn(bo.email, 'another one, Bo alone knows')).not.toBeNull();
    // The links of before have ended with the password of before.
    expect(await findLink(api.db, unused.token)).toBeNull();
  });

  test('rename people, sign them out and delete them, with their sessions and keys', async () => {
    const chief = await add('head', 'admin');
    const eve = await add('eve', 'admin');
    const { key } = await createApiKey(api.db, { name: 'of Eve', role: 'analyst', createdBy: 'eve', ownerId: eve.id });
    expect(await renamePerson(api.db, chief.viewer, eve.id, { name: ' Eve Example ' })).toMatchObject({ name: 'Eve Example' });
    expect(await viewerOf(eve.headers)).toMatchObject({ name: 'Eve Example' });
    await expect(renamePerson(api.db, chief.viewer, eve.id, { name: ' ' })).rejects.toMatchObject({ errors: [{ path: 'name' }] });
    await endSessions(api.db, chief.viewer, eve.id);
    await expect(viewerOf(eve.headers)).rejects.toMatchObject({ status: 302 });

    const again = (await signedIn(eve.email, eve.password)) as Headers;
    await expect(deletePerson(api.db, eve.viewer, eve.id)).rejects.toMatchObject({ code: 'own_account' });
    await deletePerson(api.db, chief.viewer, eve.id);
    await expect(viewerOf(again)).rejects.toMatchObject({ status: 302 });
    expect(await signedIn(eve.email, eve.password)).toBeNull();
    expect(await api.context.auth.viewerOfKey(key)).toBeNull();
    await expect(deletePerson(api.db, chief.viewer, eve.id)).rejects.toMatchObject({ status: 404 });
    // Who is gone can do nothing with what they had open, and can be invited anew.
    await expect(renamePerson(api.db, eve.viewer, chief.id, { name: 'Mine' })).rejects.toMatchObject({ status: 403 });
    expect((await add('eve', 'analyst')).id).not.toBe(eve.id);
    const told = await api.db.pool.query<{ action: string; object_name: string }>(
      'select action, object_name from audit_log where object_id = $1 order by id',
      [eve.id],
    );
    expect(told.rows.map(({ action }) => action)).toEqual(['person.add', 'person.change', 'session.revoke', 'person.delete']);
    expect(told.rows.at(-1)?.object_name).toBe('Eve Example');
  });

  test('cannot shut themselves out, and somebody stays administrator whatever two of them do at once', async () => {
    await api.db.pool.query(`update app_users set role = 'analyst'`);
    const [one, two] = [await add('one', 'admin'), await add('two', 'admin')];
    await expect(disablePerson(api.db, one.viewer, one.id)).rejects.toMatchObject({ status: 409, code: 'own_account' });
    await expect(changeRole(api.db, one.viewer, one.id, { role: 'analyst' })).rejects.toMatchObject({ code: 'own_account' });
    const results = await Promise.allSettled([
      deletePerson(api.db, one.viewer, two.id),
      changeRole(api.db, two.viewer, one.id, { role: 'analyst' }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await listAdministrators(api.db)).toHaveLength(1);
  });

  test('are the only ones who may', async () => {
    await api.db.pool.query(`update app_users set role = 'admin' where email = 'chief@example.com'`);
    const nosy = await add('nosy', 'marketer');
    const chief = (await listPeople(api.db)).find(({ name }) => name === 'chief')?.id as string;
    const input = { name: 'Me', email: 'me@example.com', role: 'admin' } as const;
    for (const act of [
      () => changeRole(api.db, nosy.viewer, nosy.id, { role: 'admin' }),
      () => disablePerson(api.db, nosy.viewer, chief),
      () => renamePerson(api.db, nosy.viewer, nosy.id, { name: 'Boss' }),
      () => deletePerson(api.db, nosy.viewer, chief),
      () => endSessions(api.db, nosy.viewer, chief),
      ...(['marketer', 'support', 'analyst'] as const).flatMap((role) => [
        () => makeReset(api.db, as(role), chief),
        () => invite(api.db, as(role), input),
        () => renewInvitation(api.db, as(role), 1),
        () => revokeInvitation(api.db, as(role), 1),
      ]),
    ]) {
      await expect(act()).rejects.toMatchObject({ status: 403 });
    }
    await expect(enablePerson(api.db, { ...nosy.viewer, role: 'admin' }, chief)).rejects.toMatchObject({ status: 403 });
    await expect(enablePerson(api.db, boss, 'nobody')).rejects.toMatchObject({ status: 404 });
    await expect(makeReset(api.db, boss, 'nobody')).rejects.toMatchObject({ status: 404 });
  });
});
