import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { through } from '#app/domain/access/door.server.ts';
import { createRefusals } from '#app/domain/access/refusals.server.ts';
import { beginOidc, finishOidc } from '#app/http/oidc-sign-in.server.ts';
import {
  api,
  callback,
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
import { startProvider, type TestProvider } from '#tests/support/oidc-provider.ts';

withProvider();
const now = () => Math.floor(Date.now() / 1_000);

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

  test('is awaited also where the secret was changed meanwhile, as long as the one before is known', async () => {
    provider.people.kai = person('Kai');
    const { back, cookie } = await goThere(withOidc({}, { secret: 'of before, and thirty-two characters' }), 'kai');
    const both = { secret: 'of now, and of thirty-two characters', formerSecret: 'of before, and thirty-two characters' };
    expect(await come(withOidc({}, { secret: both.secret }), back, cookie)).toMatchObject({ location: '/login?refused=expired' });
    expect((await come(withOidc({}, both), back, cookie)).viewer).toMatchObject({ name: 'Kai' });
  });

  test.each([
    ['whom no role is given', ['elsewhere'], {}, 'no_role', true],
    ['whose address is not confirmed', ['help'], { email_verified: false }, 'unverified', true],
    ['of whom no address is told', ['help'], { email: undefined }, 'no_email', true],
    ['whose answer does not hold', ['help'], {}, 'refused', false],
  ] as const)('about a stranger %s is told with the provider and a mark of who it is there', async (_who, groups, more, code, known) => {
    provider.people.stranger = person('Stranger', groups, more);
    if (!known) provider.alter = { key: 'other' };
    const told = vi.spyOn(api.context.log, 'warn').mockImplementation(() => {});
    const context = withOidc();
    const { back, cookie } = await goThere(context, 'stranger');
    const refusals = createRefusals(api.db.pool, () => {});
    const door = { door: 'page', address: '192.0.2.8', device: null, refusals } as const;
    expect(await through(door, () => come(context, back, cookie))).toEqual(refused(code));
    await refusals.close();
    told.mockRestore();
    const { rows } = await api.db.pool.query(
      `select object_type, object_id, object_name from audit_log where action = 'session.begin' and outcome = 'refused' order by id desc limit 1`,
    );
    const mark = createHash('sha256').update(`${provider.issuer} stranger`).digest('hex').slice(0, 24);
    expect(rows).toEqual([{ object_type: 'subject', object_id: known ? mark : null, object_name: provider.issuer }]);
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
