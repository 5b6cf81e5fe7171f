import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addPerson,
  changeRole,
  disablePerson,
  enablePerson,
  listAdministrators,
  listPeople,
  resetPassword,
} from '#app/domain/access/people.server.ts';
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
const add = async (name: string, role: 'admin' | 'marketer' | 'analyst') => {
  const { person, password } = await addPerson(api.context, { name, email: ` ${name}@Example.com `, role });
  return { ...person, password, headers: (await signedIn(person.email, password)) as Headers };
};

describe('administrators', () => {
  test('add people who sign in with the password that was made, once per address', async () => {
    const ana = await add('ana', 'marketer');
    expect(ana).toMatchObject({ email: 'ana@example.com', role: 'marketer', disabled: false });
    expect(ana.password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(await viewerOf(ana.headers)).toMatchObject({ id: ana.id, role: 'marketer' });
    expect(await listPeople(api.db)).toContainEqual(expect.objectContaining({ id: ana.id, seen_at: expect.any(String) }));
    await expect(add('ANA', 'admin')).rejects.toMatchObject({ status: 422, errors: [{ path: 'email' }] });
    await expect(addPerson(api.context, { name: ' ', email: 'nobody', role: 'owner' as never })).rejects.toMatchObject({
      errors: [{ path: 'name' }, { path: 'email' }, { path: 'role' }],
    });
  });

  test('change roles from the next request on, disable, enable, and make new passwords', async () => {
    const boss = await add('boss', 'admin');
    const bo = await add('bo', 'analyst');
    expect(await changeRole(api.context, boss.headers, bo.id, { role: 'marketer' })).toMatchObject({ role: 'marketer' });
    expect(await viewerOf(bo.headers)).toMatchObject({ role: 'marketer' });

    expect(await disablePerson(api.context, boss.headers, bo.id)).toMatchObject({ disabled: true });
    await expect(viewerOf(bo.headers)).rejects.toMatchObject({ status: 302 });
    expect(await signedIn(bo.email, bo.password)).toBeNull();
    await enablePerson(api.context, boss.headers, bo.id);
    const again = (await signedIn(bo.email, bo.password)) as Headers;

    const { password } = await resetPassword(api.context, boss.headers, bo.id);
    await expect(viewerOf(again)).rejects.toMatchObject({ status: 302 });
    expect(await signedIn(bo.email, bo.password)).toBeNull();
    expect(await signedIn(bo.email, password)).not.toBeNull();
  });

  test('cannot shut themselves out, and somebody stays administrator whatever two of them do at once', async () => {
    await api.db.pool.query(`update app_users set role = 'analyst'`);
    const [one, two] = [await add('one', 'admin'), await add('two', 'admin')];
    await expect(disablePerson(api.context, one.headers, one.id)).rejects.toMatchObject({ status: 409, code: 'own_account' });
    await expect(changeRole(api.context, one.headers, one.id, { role: 'analyst' })).rejects.toMatchObject({ code: 'own_account' });
    const results = await Promise.allSettled([
      changeRole(api.context, one.headers, two.id, { role: 'analyst' }),
      changeRole(api.context, two.headers, one.id, { role: 'analyst' }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await listAdministrators(api.db)).toHaveLength(1);
  });

  test('are the only ones who may', async () => {
    await api.db.pool.query(`update app_users set role = 'admin' where email = 'boss@example.com'`);
    const nosy = await add('nosy', 'marketer');
    const boss = (await listPeople(api.db)).find(({ name }) => name === 'boss');
    for (const act of [
      () => changeRole(api.context, nosy.headers, nosy.id, { role: 'admin' }),
      () => disablePerson(api.context, nosy.headers, boss?.id as string),
      () => resetPassword(api.context, nosy.headers, boss?.id as string),
    ]) {
      await expect(act()).rejects.toMatchObject({ status: 403 });
    }
    await expect(enablePerson(api.context, nosy.headers, 'nobody')).rejects.toMatchObject({ status: 404 });
  });
});
