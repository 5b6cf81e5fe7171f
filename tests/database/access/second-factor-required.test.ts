import { describe, expect, test } from 'vitest';
import { mayHere } from '#app/domain/access/ask.server.ts';
import { currentViewer, unfinishedViewer } from '#app/domain/access/auth.server.ts';
import { currentDoor, through } from '#app/domain/access/door.server.ts';
import { givePassword } from '#app/domain/access/give-password.server.ts';
import { takeSecondFactor } from '#app/domain/access/people.server.ts';
import { removeOwnSecondFactor, renewRecoveryCodes, secondFactorState } from '#app/domain/access/second-factor.server.ts';
import { changeSecondFactorRoles, listSecondFactorRoles } from '#app/domain/access/second-factor-roles.server.ts';
import { requireApi, requireUser } from '#app/http/require.server.ts';

import {
  api,
  audited,
  boss,
  outcome,
  password,
  person,
  sayCode,
  sayPassword,
  withPhone,
  withSecondFactor,
} from '#tests/support/second-factor.ts';

withSecondFactor();

describe('without it', () => {
  test('one turns it off and makes new codes with the password only', async () => {
    const max = await person('max');
    const { codes, headers } = await withPhone(max);
    await expect(removeOwnSecondFactor(api.context, max, 'guess')).rejects.toMatchObject({ status: 422 });
    await expect(renewRecoveryCodes(api.context, max, 'guess')).rejects.toMatchObject({ status: 422 });
    const fresh = await renewRecoveryCodes(api.context, max, password);
    expect(fresh).toHaveLength(10);
    expect(await outcome(sayCode((await sayPassword(max)).cookie, codes[0] as string))).toBe(401);
    expect(await outcome(sayCode((await sayPassword(max)).cookie, fresh[0] as string))).toBe('in');
    await removeOwnSecondFactor(api.context, max, password);
    expect((await sayPassword(max)).location).toBe('/reports');
    expect(await secondFactorState(api.context, max, headers)).toMatchObject({ set_up_at: null, codes_left: 0 });
    await expect(renewRecoveryCodes(api.context, max, password)).rejects.toMatchObject({ status: 409 });
    expect(await audited(max)).toEqual(expect.arrayContaining(['person.codes done', 'person.factor_end done']));
  });

  test('an administrator takes it off, and sessions end; not their own, and nobody else may', async () => {
    const ned = await person('ned');
    const { headers } = await withPhone(ned);
    await expect(takeSecondFactor(api.db, { ...ned, id: 'x' }, ned.id)).rejects.toMatchObject({ status: 403 });
    await expect(takeSecondFactor(api.db, boss, boss.id)).rejects.toMatchObject({ status: 409 });
    await takeSecondFactor(api.db, boss, ned.id);
    expect(await currentViewer(api.context.auth, headers, null)).toBeNull();
    expect((await sayPassword(ned)).location).toBe('/reports');
    await expect(takeSecondFactor(api.db, boss, ned.id)).rejects.toMatchObject({ status: 409 });
    expect(await audited(ned)).toContain('person.factor_end done');
  });

  test('npm run reset-password leaves it, or removes it where that is asked for', async () => {
    const ola = await person('ola');
    expect(await givePassword(api.context, ola.email as string, password)).toMatchObject({ secondFactor: 'none' });
    await withPhone(ola);
    expect(await givePassword(api.context, ola.email as string, password)).toMatchObject({ secondFactor: 'stays' });
    expect((await sayPassword(ola)).location).toMatch(/^\/login\/code/);
    expect(await givePassword(api.context, ola.email as string, password, true)).toMatchObject({ secondFactor: 'removed' });
    expect((await sayPassword(ola)).location).toBe('/reports');
  });
});

describe('a role that must have it', () => {
  const page = (cookie: string) => requireUser(api.context, new Request('http://localhost:3000/reports', { headers: { cookie } }));
  test('is asked of others at once, and of one’s own role only by who has one', async () => {
    const pat = await person('pat', 'support');
    const { cookie } = await sayPassword(pat);
    expect(await page(cookie)).toMatchObject({ id: pat.id });
    await expect(changeSecondFactorRoles(api.context, pat, ['analyst'])).rejects.toMatchObject({ status: 403 });
    await expect(changeSecondFactorRoles(api.context, boss, ['admin', 'support'])).rejects.toMatchObject({
      status: 409,
      code: 'own_account',
    });
    await expect(changeSecondFactorRoles(api.context, boss, ['everybody'])).rejects.toMatchObject({ status: 422 });
    expect(await listSecondFactorRoles(api.db)).toEqual([]);

    // Another administrator took the role away at that moment.
    const former = { ...(await person('former')), role: 'admin' } as const;
    await expect(changeSecondFactorRoles(api.context, former, ['analyst'])).rejects.toMatchObject({ status: 403 });

    await changeSecondFactorRoles(api.context, boss, ['support', 'support']);
    // Everything asks the same two functions: pages, data, the API with a session, sockets.
    const thrown = await page(cookie).catch((response: Response) => response);
    expect((thrown as Response).headers.get('location')).toBe('/second-factor?next=%2Freports');
    const headers = new Headers({ cookie });
    expect(await currentViewer(api.context.auth, headers, null, false)).toBeNull();
    await expect(requireApi(api.context, new Request('http://localhost:3000/api/v1/campaigns', { headers }))).rejects.toMatchObject({
      status: 401,
    });
    expect(await unfinishedViewer(api.context.auth, headers)).toMatchObject({ id: pat.id });
    // Nor does the domain take them for somebody who asks.
    const asks = await through({ door: 'page', address: null, device: null }, async () => {
      await unfinishedViewer(api.context.auth, headers);
      return { who: currentDoor()?.viewer?.id, sees: mayHere('campaigns:read') };
    });
    expect(asks).toEqual({ who: pat.id, sees: false });
    // Programs are not asked.
    expect(await api.call('GET', '/campaigns', { key: api.keys.support })).toMatchObject({ status: 200 });

    const { headers: done } = await withPhone(pat);
    expect(await page(done.get('cookie') as string)).toMatchObject({ id: pat.id });
    expect(await unfinishedViewer(api.context.auth, done)).toBeNull();
    await expect(removeOwnSecondFactor(api.context, pat, password)).rejects.toMatchObject({ status: 409 });
  });

  test('may be the administrators’ once the one who asks has it, who then can take it back', async () => {
    const chief = await person('chief', 'admin');
    await withPhone(chief);
    await changeSecondFactorRoles(api.context, chief, ['admin']);
    const { cookie } = await sayPassword(boss);
    await expect(page(cookie)).rejects.toMatchObject({ status: 302 });
    await changeSecondFactorRoles(api.context, chief, []);
    expect(await page(cookie)).toMatchObject({ id: boss.id });
    const { rows } = await api.db.pool.query<{ after: object }>(
      `select after from audit_log where action = 'settings.change' and object_name = 'Second factor' order by id desc limit 2`,
    );
    expect(rows.map(({ after }) => after)).toEqual([{ required_for: [] }, { required_for: ['admin'] }]);
  });
});
