import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { createAuth, currentViewer } from '#app/domain/access/auth.server.ts';
import { cancelSecondFactor } from '#app/domain/access/begun-factor.server.ts';
import { givePassword } from '#app/domain/access/give-password.server.ts';
import { sessionOf } from '#app/domain/access/own-sessions.server.ts';
import { disablePerson, listPeople, takeSecondFactor } from '#app/domain/access/people.server.ts';
import type { Viewer } from '#app/domain/access/roles.ts';
import { beginSecondFactor, confirmSecondFactor, secondFactorState } from '#app/domain/access/second-factor.server.ts';
import { openSeed, sealSeed } from '#app/domain/access/second-factor-seed.server.ts';
import { firstStepOf, secondStep } from '#app/http/second-step.server.ts';
import { signIn, waiting } from '#app/http/sign-in.server.ts';
import type { TestApi } from '#tests/support/api.ts';

import {
  api,
  audited,
  boss,
  cookiesOf,
  elsewhere,
  outcome,
  password,
  person,
  post,
  sayCode,
  sayPassword,
  withPhone,
  withSecondFactor,
} from '#tests/support/second-factor.ts';

withSecondFactor();

describe('setting it up', () => {
  test('needs a code of the app, gives ten codes, and ends sessions that began without it', async () => {
    const ana = await person('ana');
    const other = new Headers({ cookie: (await sayPassword(ana)).cookie });
    const { codes, headers } = await withPhone(ana);
    expect(new Set(codes).size).toBe(10);
    expect(await currentViewer(api.context.auth, headers, null)).toMatchObject({ id: ana.id });
    expect(await currentViewer(api.context.auth, other, null)).toBeNull();
    expect(await secondFactorState(api.context, ana, headers)).toMatchObject({
      set_up_at: expect.any(String),
      codes_left: 10,
      begun: null,
    });
    expect((await listPeople(api.db)).find(({ id }) => id === ana.id)?.second_factor).toBe(true);
    expect(await audited(ana)).toContain('person.factor done');
  });

  test('keeps neither the seed nor a code that could be read, and what stands there opens only its own account', async () => {
    const [bo, cy] = [await person('bo'), await person('cy')];
    const { totp, codes } = await withPhone(bo);
    await withPhone(cy);
    const { rows } = await api.db.pool.query<{ row: string }>(
      `select f::text as row from second_factors f union all select encode(hash, 'escape') from recovery_codes`,
    );
    const kept = JSON.stringify(rows);
    expect(kept).not.toContain(totp.secret.base32);
    for (const code of codes) expect(kept).not.toContain(code.replaceAll('-', ''));
    // Somebody who can write into the database puts their own seed into another's row.
    await api.db.pool.query('update second_factors set seed = (select seed from second_factors where user_id = $1) where user_id = $2', [
      bo.id,
      cy.id,
    ]);
    const refused = await sayCode((await sayPassword(cy)).cookie, totp.generate());
    expect(refused).toMatchObject({ status: 401, error: expect.stringContaining('cannot be checked here any more') });
    // The secret that it was sealed with is gone: the app's codes open nothing, the recovery codes go on.
    const otherSecret = createAuth(api.db, { baseUrl: 'http://localhost:3000', secret: 'quite another secret of 32 characters' });
    expect(await openSeed(otherSecret, bo.id, await sealSeed(api.context.auth, bo.id, 'ABC'))).toBeNull();
    expect(await openSeed(api.context.auth, bo.id, await sealSeed(api.context.auth, bo.id, 'ABC'))).toBe('ABC');
  });

  test.each(['', '12345', '000000', 'abcde-fghjk-mnpqr'])('stays undone with the code %j', async (code) => {
    const viewer = await person(`wrong${code.length}${code.charCodeAt(0) || ''}`);
    const headers = new Headers({ cookie: (await sayPassword(viewer)).cookie });
    await beginSecondFactor(api.context, viewer, headers, '');
    const here = await sessionOf(api.context.auth, headers);
    await expect(confirmSecondFactor(api.context, viewer, code, here)).rejects.toMatchObject({ status: 422, errors: [{ path: 'code' }] });
    expect((await sayPassword(viewer)).location).toBe('/reports');
  });

  test('is for the session that began it: who knows the password gets nobody to confirm their phone, nor confirms another’s', async () => {
    const abe = await person('abe');
    const [stranger, owner] = [await sayPassword(abe), await sayPassword(abe)].map(({ cookie }) => new Headers({ cookie }));
    const hereOf = (headers = new Headers()) => sessionOf(api.context.auth, headers);
    await beginSecondFactor(api.context, abe, stranger as Headers, '');
    const { begun } = await secondFactorState(api.context, abe, stranger as Headers);
    const code = new TOTP({ secret: Secret.fromBase32(begun?.secret as string) }).generate();
    expect((await secondFactorState(api.context, abe, owner as Headers)).begun).toBeNull();
    for (const other of [await hereOf(owner), null])
      await expect(confirmSecondFactor(api.context, abe, code, other)).rejects.toMatchObject({ status: 409 });
    expect(await audited(abe)).toContain('person.factor_begin done');
    // What was begun with the former password is no way around a new one.
    const here = await hereOf(stranger);
    await givePassword(api.context, abe.email as string, password);
    await expect(confirmSecondFactor(api.context, abe, code, here)).rejects.toMatchObject({ status: 409 });
    await beginSecondFactor(api.context, abe, new Headers({ cookie: (await sayPassword(abe)).cookie }), '');
    await cancelSecondFactor(api.db.pool, abe.id);
    expect((await api.db.pool.query('select from second_factors where next_seed is not null and user_id = $1', [abe.id])).rowCount).toBe(0);
  });

  test('needs the password again ten minutes after the sign-in, and wherever there is one already', async () => {
    const di = await person('di');
    const { cookie } = await sayPassword(di);
    const headers = new Headers({ cookie });
    await expect(confirmSecondFactor(api.context, di, '123456', null)).rejects.toMatchObject({ status: 409 });
    await api.db.pool.query(`update app_sessions set created_at = now() - interval '11 minutes' where user_id = $1`, [di.id]);
    await expect(beginSecondFactor(api.context, di, headers, '')).rejects.toMatchObject({ status: 422, errors: [{ path: 'former' }] });
    await beginSecondFactor(api.context, di, headers, password);
    await api.db.pool.query(`update second_factors set next_at = now() - interval '61 minutes' where user_id = $1`, [di.id]);
    expect((await secondFactorState(api.context, di, headers)).begun).toBeNull();
    const phone = await withPhone(di);
    await expect(beginSecondFactor(api.context, di, phone.headers, 'guess')).rejects.toMatchObject({ status: 422 });
    // Another phone takes its place only with its own first code.
    await beginSecondFactor(api.context, di, phone.headers, password);
    expect(await outcome(sayCode((await sayPassword(di)).cookie, phone.totp.generate()))).toBe('in');
  });
});

describe('the second step', () => {
  test('comes after the right password, and gives the session', async () => {
    const eve = await person('eve');
    const { totp } = await withPhone(eve);
    const first = await sayPassword(eve);
    expect(first.location).toBe('/login/code?next=%2Freports');
    expect(await currentViewer(api.context.auth, new Headers({ cookie: first.cookie }), null)).toBeNull();
    expect((await audited(eve)).at(-1)).toBe('session.step done');
    expect(await firstStepOf(api.context, post(first.cookie))).toMatchObject({ email: eve.email });
    const answer = (await sayCode(first.cookie, ` ${totp.generate().replace(/.{3}/, '$& ')} `)) as Response;
    expect(answer.headers.get('location')).toBe('/reports');
    expect(await currentViewer(api.context.auth, new Headers({ cookie: cookiesOf(answer) }), null)).toMatchObject({ id: eve.id });
  });

  test.each([
    ['one step late', -30_000, 'in'],
    ['one step early', 30_000, 'in'],
    ['two steps late', -60_000, 401],
    ['two steps early', 60_000, 401],
  ])('takes a code from a clock that is %s: %d', async (_what, ms, got) => {
    const viewer = await person(`clock${ms}`);
    const { totp } = await withPhone(viewer);
    // Not at the end of a step, where the next one begins meanwhile.
    const timestamp = Math.floor(Date.now() / 30_000) * 30_000 + ms;
    const { cookie } = await sayPassword(viewer);
    const answers = [await outcome(sayCode(cookie, totp.generate({ timestamp })))];
    if (Math.floor(Date.now() / 30_000) * 30_000 + ms === timestamp) expect(answers).toEqual([got]);
  });

  test('takes a code once, also twice at once and in two processes, and none of before it', async () => {
    const flo = await person('flo');
    const { totp } = await withPhone(flo);
    const [one, two] = [await sayPassword(flo), await sayPassword(flo)];
    const code = totp.generate({ timestamp: Date.now() });
    const at = await Promise.all([
      outcome(sayCode(one.cookie, code)),
      outcome(sayCode(two.cookie, code, elsewhere())),
      outcome(sayCode(one.cookie, ` ${code}`)),
    ]);
    expect(at.sort()).toEqual([401, 401, 'in']);
    expect(await outcome(sayCode(two.cookie, totp.generate({ timestamp: Date.now() - 30_000 })))).toBe(401);
    const { rowCount } = await api.db.pool.query('select from app_sessions where user_id = $1', [flo.id]);
    expect(rowCount).toBe(2);
    // What confirmed the phone is used up as well.
    const gus = await person('gus');
    const headers = new Headers({ cookie: (await sayPassword(gus)).cookie });
    await beginSecondFactor(api.context, gus, headers, '');
    const { begun } = await secondFactorState(api.context, gus, headers);
    const first = new TOTP({ secret: Secret.fromBase32(begun?.secret as string) }).generate();
    await confirmSecondFactor(api.context, gus, first, await sessionOf(api.context.auth, headers));
    expect(await outcome(sayCode((await sayPassword(gus)).cookie, first))).toBe(401);
  });

  test('takes each recovery code once: two at once give one session', async () => {
    const hal = await person('hal');
    const { codes } = await withPhone(hal);
    const [first = '', second = ''] = codes;
    const steps = await Promise.all([1, 2, 3].map(() => sayPassword(hal)));
    const got = await Promise.all(steps.map(({ cookie }) => outcome(sayCode(cookie, first.toUpperCase(), elsewhere()))));
    expect(got.sort()).toEqual([401, 401, 'in']);
    expect((await api.db.pool.query('select from recovery_codes where user_id = $1', [hal.id])).rowCount).toBe(9);
    const { headers } = (await secondStep(api.context, post((await sayPassword(hal)).cookie), second, null)) as Response;
    expect(headers.get('location')).toBe('/account/second-factor?recovered=1');
    expect((await audited(hal)).filter((one) => one === 'session.recovery done')).toHaveLength(2);
  });

  test.each([
    ['000000', 'code', /^That code is wrong.*app shows now/],
    ['', 'code', /^That code is wrong/],
    ['abcd e', 'code', /^That code is wrong/],
    ['abcde-fghjk-mnpqr', 'code', /^This is none of your recovery codes/],
    ['abcde-fghjk-mnpqr', 'recovery', /^This is none of your recovery codes/],
    ['abcde-fghjk-mnp', 'recovery', /^This is none of your recovery codes/],
    ['000000', 'recovery', /^This is none of your recovery codes/],
    ['', 'recovery', /^This is none of your recovery codes/],
  ] as const)('answers a wrong %j on the page for a %s with the words of that one', async (typed, asked, words) => {
    const viewer = await person(`wrong-${asked}-${typed.replaceAll(' ', '')}`);
    await withPhone(viewer);
    const { cookie } = await sayPassword(viewer);
    expect(await secondStep(api.context, post(cookie), typed, null, asked)).toMatchObject({
      status: 401,
      error: expect.stringMatching(words),
    });
  });

  test('is bounded by the account: not by beginning anew, by another address, by another process, or at once', async () => {
    const ida = await person('ida');
    const { totp, codes } = await withPhone(ida);
    const begun: string[] = [];
    for (let i = 0; i < 12; i++) begun.push((await sayPassword(ida, '', `192.0.2.${100 + i}`)).cookie);
    const guesses = await Promise.all(
      begun.map((cookie, i) => outcome(sayCode(cookie, i % 2 ? '000000' : 'aaaaa-bbbbb-ccccc', elsewhere()))),
    );
    expect(guesses.filter((got) => got === 401).length).toBeLessThanOrEqual(5);
    const { cookie } = await sayPassword(ida, '', '192.0.2.200');
    expect(await sayCode(cookie, totp.generate())).toMatchObject({ status: 429, retryAfterS: expect.any(Number) });
    expect(await sayCode(cookie, codes[0] as string)).toMatchObject({ status: 429 });
    const { rows } = await api.db.pool.query('select key from sign_in_failures');
    expect(JSON.stringify(rows)).not.toContain('ida');
  });

  test('does not keep out the right person in a browser that passed it before, or set it up; the password alone is not enough for that', async () => {
    const jo = await person('jo');
    const browserOf = (cookie: string | null) => /rollcall_browser=[^;]+/.exec(cookie ?? '')?.[0] as string;
    const { totp, codes, headers } = await withPhone(jo);
    const passed = (await sayCode((await sayPassword(jo)).cookie, codes[0] as string)) as Response;
    const stranger = await sayPassword(jo);
    for (let i = 0; i < 6; i++) await sayCode(stranger.cookie, '000000');
    // Signed in before there was a second factor: as whoever collected such cookies while the password was enough.
    const before = await sayPassword(jo, browserOf(headers.get('cookie')));
    expect(await outcome(sayCode(before.cookie, totp.generate()))).toBe(429);
    expect(await outcome(sayCode((await sayPassword(jo, browserOf(cookiesOf(passed)))).cookie, totp.generate()))).toBe('in');
    // Who only knows the password does not become known by it.
    expect(stranger.cookie).not.toContain('rollcall_browser');
  });

  test('has a bound for the day, too', async () => {
    const kim = await person('kim');
    const { totp } = await withPhone(kim);
    const { cookie } = await sayPassword(kim);
    for (let i = 0; i < 20; i++) {
      await sayCode(cookie, '000000');
      if (i % 5 === 4) await api.db.pool.query(`delete from sign_in_failures where key like 'code:%'`);
    }
    expect(await sayCode(cookie, totp.generate())).toMatchObject({ status: 429 });
  });

  test('waits no longer with a new password, or another phone', async () => {
    const lea = await person('lea');
    const kept = () => api.db.pool.query(`select from sign_in_failures where key like 'code%' and key like '%' || $1`, [lea.id]);
    const guessed = async () => {
      await withPhone(lea);
      const { cookie } = await sayPassword(lea);
      for (let i = 0; i < 6; i++) await sayCode(cookie, '000000');
      expect((await kept()).rowCount).toBe(2);
    };
    await guessed();
    await givePassword(api.context, lea.email as string, password);
    expect((await kept()).rowCount).toBe(0);
    await takeSecondFactor(api.db, boss, lea.id);
    await guessed();
    await takeSecondFactor(api.db, boss, lea.id);
    expect((await kept()).rowCount).toBe(0);
  });

  test.each([
    [1, '1 second'],
    [89, '89 seconds'],
    [90, '2 minutes'],
    [5_400, '90 minutes'],
    [5_401, '2 hours'],
    [86_400, '24 hours'],
  ])('after %d s says "%s"', (seconds, words) => {
    expect(waiting(seconds).error).toContain(`Wait ${words},`);
  });

  test('is over with another password, a disabled account, ten minutes, or a changed cookie', async () => {
    const lee = await person('lee');
    const { totp } = await withPhone(lee);
    const code = totp.generate();
    const { cookie } = await sayPassword(lee);
    const forged = cookie.replace(lee.id, boss.id);
    for (const wrong of [
      forged,
      cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      'rollcall_step=x',
      `rollcall_step=${lee.id}...`,
      '',
    ])
      expect(await outcome(sayCode(wrong, code))).toBe('again');
    const { rows } = await api.db.pool.query<{ password: string }>(
      `select password from app_accounts where user_id = $1 and provider_id = 'credential'`,
      [lee.id],
    );
    await givePassword(api.context, lee.email as string, 'another one of these');
    expect(await outcome(sayCode(cookie, code))).toBe('again');
    await api.db.pool.query('update app_accounts set password = $2 where user_id = $1', [lee.id, rows[0]?.password]);
    await api.db.pool.query('update second_factors set seed = null, set_up_at = null where user_id = $1', [lee.id]);
    expect(await outcome(sayCode(cookie, code))).toBe('again');
    await disablePerson(api.db, boss, lee.id);
    expect(await outcome(sayCode(cookie, code))).toBe('again');
  });
});

describe('what changes while a session begins', () => {
  /** The same, where `act` happens between the check and the session. */
  const whileSomebody = (act: () => Promise<unknown>) => {
    const { auth } = api.context;
    const beginSession = async (input: Parameters<typeof auth.sessions.api.beginSession>[0]) => {
      await act();
      return auth.sessions.api.beginSession(input);
    };
    return {
      ...api.context,
      auth: { ...auth, sessions: { ...auth.sessions, api: { ...auth.sessions.api, beginSession } } },
    } as TestApi['context'];
  };
  const sessionsOf = async ({ id }: Viewer) => (await api.db.pool.query('select from app_sessions where user_id = $1', [id])).rowCount;

  test.each([
    ['a new password', (viewer: Viewer) => givePassword(api.context, viewer.email as string, 'another one of these'), 0],
    ['a second factor', withPhone, 1],
  ])('%s ends it', async (what, act, left) => {
    const viewer = await person(`between${what.length}`);
    const said = signIn(
      whileSomebody(() => act(viewer)),
      post(),
      { email: viewer.email as string, password },
    );
    expect(await said).toMatchObject({ status: 401 });
    expect(await sessionsOf(viewer)).toBe(left);
  });

  test('a new password ends it behind a code, too', async () => {
    const viewer = await person('behind');
    const { totp } = await withPhone(viewer);
    const { cookie } = await sayPassword(viewer);
    const context = whileSomebody(() => givePassword(api.context, viewer.email as string, 'another one of these'));
    expect(await sayCode(cookie, totp.generate(), context)).toMatchObject({ status: 401 });
    expect(await sessionsOf(viewer)).toBe(0);
  });
});
