import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createAuth } from '#app/domain/access/auth.server.ts';
import { sessionOf } from '#app/domain/access/own-sessions.server.ts';
import type { Role, Viewer } from '#app/domain/access/roles.ts';
import { beginSecondFactor, confirmSecondFactor, secondFactorState } from '#app/domain/access/second-factor.server.ts';
import { secondStep } from '#app/http/second-step.server.ts';
import { signIn } from '#app/http/sign-in.server.ts';
import { startApi, type TestApi } from '#tests/support/api.ts';

export const password = 'correct horse battery';
const SECRET = 'a secret of at least 32 characters, for tests';
export let api: TestApi;
export let boss: Viewer;

/** For the head of a test file: people with passwords, and nobody who must have a second factor. */
export function withSecondFactor(): void {
  beforeAll(async () => {
    api = await startApi();
    boss = await person('boss', 'admin');
  });
  afterAll(() => api.drop());
  beforeEach(() => api.db.pool.query('delete from sign_in_failures; delete from second_factor_roles'));
}

export async function person(name: string, role: Role = 'marketer'): Promise<Viewer> {
  const email = `${name}@example.com`;
  const { user } = await api.context.auth.sessions.api.createUser({ body: { name, email, password, role: role as 'admin' } });
  return { id: user.id, name, email, role, via: 'session', label: name };
}

export const post = (cookie = '', address = '192.0.2.1') =>
  new Request('http://localhost:3000/login', {
    method: 'POST',
    headers: { origin: 'http://localhost:3000', cookie, 'x-real-client-ip': address },
  });
export const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
/** As another process does it. */
export const elsewhere = () => ({ ...api.context, auth: createAuth(api.db, { baseUrl: 'http://localhost:3000', secret: SECRET }) });

/** The first step, in a browser that was never here. */
export async function sayPassword({ email }: Viewer, cookie = '', address?: string): Promise<{ cookie: string; location: string | null }> {
  const answer = await signIn(api.context, post(cookie, address), { email: email as string, password, next: '/reports' });
  if (!(answer instanceof Response)) throw new Error(answer.error);
  return { cookie: [cookie, cookiesOf(answer)].filter(Boolean).join('; '), location: answer.headers.get('location') };
}
export const sayCode = (cookie: string, code: string, context = api.context) => secondStep(context, post(cookie), code, '/reports');
/** "in", or the status of the refusal. */
export async function outcome(answer: Promise<Awaited<ReturnType<typeof secondStep>>>): Promise<'in' | 'again' | number> {
  const got = await answer;
  if (!(got instanceof Response)) return got.status;
  return got.headers.get('location')?.startsWith('/login') ? 'again' : 'in';
}

/** Sets a phone up, as its owner does. */
export async function withPhone(viewer: Viewer): Promise<{ totp: TOTP; codes: string[]; headers: Headers }> {
  const { cookie } = await sayPassword(viewer);
  const headers = new Headers({ cookie });
  await beginSecondFactor(api.context, viewer, headers, '');
  const { begun } = await secondFactorState(api.context, viewer, headers);
  const totp = new TOTP({ secret: Secret.fromBase32(begun?.secret as string) });
  const codes = await confirmSecondFactor(api.context, viewer, totp.generate(), await sessionOf(api.context.auth, headers));
  // As if that had been a while ago.
  await api.db.pool.query('update second_factors set last_step = 0 where user_id::text = $1', [viewer.id]);
  return { totp, codes, headers };
}
export const audited = async (viewer: Viewer) =>
  (
    await api.db.pool.query<{ action: string; outcome: string }>(
      `select action, outcome from audit_log where object_id = $1 or actor_id = $1 order by id`,
      [viewer.id],
    )
  ).rows.map(({ action, outcome }) => `${action} ${outcome}`);
