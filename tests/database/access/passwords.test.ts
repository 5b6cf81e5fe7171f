import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { changeOwnPassword } from '#app/domain/access/own-account.server.ts';
import { requestReset } from '#app/domain/access/resets.server.ts';
import type { Viewer } from '#app/domain/access/roles.ts';
import { findLink, useLink } from '#app/domain/access/use-link.server.ts';
import { requireUser } from '#app/http/require.server.ts';
import { signIn } from '#app/http/sign-in.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';
import { type Receiver, startReceiver } from '#tests/support/receiver.ts';

let api: TestApi;
let provider: Receiver;
beforeAll(async () => {
  provider = await startReceiver();
  provider.answer = accept;
  api = await startApi({ SENDGRID_API_KEY: 'SG.test', SENDGRID_BASE_URL: provider.url, EMAIL_FROM: 'Rollcall <rollcall@example.com>' });
});
afterAll(async () => {
  await provider.stop();
  await api.drop();
});

const accept: Receiver['answer'] = (response) => response.writeHead(202, { 'X-Message-Id': 'taken' }).end();
const words = (name: string) => `the ${name.charCodeAt(0)}${name.charCodeAt(1)}th lantern, kept`;
async function person(name: string, disabled = false): Promise<Viewer> {
  const email = `${name}@example.com`;
  const { user } = await api.context.auth.sessions.api.createUser({ body: { name, email, password: words(name), role: 'marketer' } });
  if (disabled) await api.db.pool.query('update app_users set banned = true where id = $1', [user.id]);
  return { id: user.id, name, email, role: 'marketer', via: 'session', label: name };
}
async function signedIn(email: string | null, password: string): Promise<Headers | null> {
  const request = new Request('http://localhost:3000/login', { method: 'POST', headers: { origin: 'http://localhost:3000' } });
  const answer = await signIn(api.context, request, { email: email ?? '', password });
  if (!(answer instanceof Response)) return null;
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return new Headers({ cookie: cookies.join('; ') });
}
const viewerOf = (headers: Headers | null) => requireUser(api.context, new Request('http://localhost:3000/', { headers: headers ?? {} }));

describe('one’s own password', () => {
  test('changes with the one before; other sessions and links end, this one goes on', async () => {
    const ana = await person('ana');
    const [here, there] = [await signedIn(ana.email, words('ana')), await signedIn(ana.email, words('ana'))];
    const own = { former: words('ana'), password: 'quite another sentence' };
    await changeOwnPassword(api.context, ana, here as Headers, own);
    expect(await viewerOf(here)).toMatchObject({ id: ana.id });
    await expect(viewerOf(there)).rejects.toMatchObject({ status: 302 });
    expect(await signedIn(ana.email, words('ana'))).toBeNull();
    expect(await signedIn(ana.email, own.password)).not.toBeNull();
    const { rows } = await api.db.pool.query(`select outcome, object_name from audit_log where action = 'person.password'`);
    expect(rows).toEqual([{ outcome: 'done', object_name: 'ana' }]);
  });

  test.each([
    ['not the one before', 'quite another sentence', 'former'],
    ['', 'quite another sentence', 'former'],
    ['x'.repeat(2_000), 'quite another sentence', 'former'],
    [words('bea'), 'short', 'password'],
    [words('bea'), words('bea'), 'password'],
  ])('stays where %j is followed by %j', async (former, password, path) => {
    const bea = await person('bea').catch(async () => {
      const { rows } = await api.db.pool.query<{ id: string }>(`select id from app_users where name = 'bea'`);
      return { id: rows[0]?.id as string, name: 'bea', email: 'bea@example.com', role: 'marketer', via: 'session', label: 'bea' } as const;
    });
    await expect(changeOwnPassword(api.context, bea, new Headers(), { former, password })).rejects.toMatchObject({
      status: 422,
      errors: [{ path }],
    });
    expect(await signedIn(bea.email, words('bea'))).not.toBeNull();
  });

  test('is not guessed at an unlocked screen, not at once either', async () => {
    const cy = await person('cy');
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        changeOwnPassword(api.context, cy, new Headers(), { former: `guess ${i}`, password: words('me') }),
      ),
    );
    const statuses = tries.map((one) => (one.status === 'rejected' ? (one.reason as { status: number }).status : 200));
    expect(statuses.filter((status) => status === 422)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(3);
    const right = { former: words('cy'), password: words('me') };
    await expect(changeOwnPassword(api.context, cy, new Headers(), right)).rejects.toMatchObject({ status: 429 });
  });
});

describe('a forgotten password', () => {
  const mails = () => provider.received.map(({ body }) => JSON.parse(body));
  const forget = async (email: string, address = '192.0.2.7') => {
    const { done } = await requestReset(api.context, email, address);
    await done;
  };

  test('brings a link to the account’s address, and what it says to others is the same', async () => {
    const di = await person('di');
    await person('ed', true);
    for (const nobody of ['nobody@example.com', 'ed@example.com', 'di@example.com\nbcc: x@example.com', '%', 'x'.repeat(5_000)])
      expect(await requestReset(api.context, nobody, '192.0.2.6')).toEqual({ done: expect.any(Promise) });
    const before = mails().length;
    await forget(' Di@Example.com ');
    expect(mails()).toHaveLength(before + 1);
    const mail = mails().at(-1);
    expect(mail.personalizations).toMatchObject([{ to: [{ email: 'di@example.com' }] }]);
    expect(mail.tracking_settings.click_tracking.enable).toBe(false);
    const token = /\/access\/([\w-]{43})\n/.exec(mail.content[0].value)?.[1] as string;
    const session = await signedIn(di.email, words('di'));
    expect(await findLink(api.db, token)).toMatchObject({ kind: 'reset', email: 'di@example.com', role: null });
    await useLink(api.context, token, { name: null, password: 'a sentence that Di made' });
    await expect(viewerOf(session)).rejects.toMatchObject({ status: 302 });
    expect(await signedIn(di.email, 'a sentence that Di made')).not.toBeNull();
    expect(JSON.stringify(mails())).not.toMatch(/nobody@|ed@example/);
  });

  test('brings three mails an hour to an account, and takes ten asks from an address', async () => {
    await person('flo');
    const before = mails().length;
    for (let i = 0; i < 5; i++) await forget('flo@example.com', `192.0.2.${20 + i}`);
    expect(mails()).toHaveLength(before + 3);
    const asks = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => forget(`who${i}@example.com`, '192.0.2.99')));
    expect(asks.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    await expect(forget('who@example.com', '192.0.2.99')).rejects.toMatchObject({ status: 429, retryAfterS: expect.any(Number) });
    const { rows } = await api.db.pool.query('select key from sign_in_failures');
    expect(JSON.stringify(rows)).not.toMatch(/flo@|192\.0/);
  });

  test('that cannot be mailed is told to the log, and not to who asked', async () => {
    await person('gus');
    const told = vi.spyOn(api.context.log, 'error').mockImplementation(() => {});
    provider.answer = (response) => response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"errors":[{"message":"no"}]}');
    await forget('gus@example.com', '192.0.2.77');
    provider.answer = accept;
    const words = JSON.stringify(told.mock.calls);
    told.mockRestore();
    expect(words).toContain('SendGrid refused the key');
    expect(words).not.toMatch(/gus@|\/access\//);
  });
});
