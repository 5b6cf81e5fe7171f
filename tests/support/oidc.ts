import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { AppContext } from '#app/config/context.server.ts';
import { createAuth, currentViewer } from '#app/domain/access/auth.server.ts';
import type { OidcSettings } from '#app/domain/access/oidc-settings.ts';
import { beginOidc, finishOidc } from '#app/http/oidc-sign-in.server.ts';
import { startApi, type TestApi } from './api.ts';
import { startProvider, type TestProvider } from './oidc-provider.ts';

export const baseUrl = 'http://localhost:3000';
export const callback = `${baseUrl}/login/oidc/callback`;
const roles = { admins: 'admin', 'CN=Marketing, OU=Groups': 'marketer', help: 'support' } as const;
export let api: TestApi;
export let provider: TestProvider;
/** For the head of a test file: a Rollcall with one administrator, and a provider. */
export function withProvider(): void {
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
}

export function withOidc(more: Partial<OidcSettings> = {}, secrets: { secret?: string; formerSecret?: string } = {}): AppContext {
  const { issuer, clientId, clientSecret } = provider;
  const oidc: OidcSettings = {
    ...{ issuer, clientId, clientSecret, label: 'Example Company', scope: 'openid email profile groups' },
    ...{ roleClaim: 'groups', roles, defaultRole: null, trustEmail: false, only: false, ...more },
  };
  return {
    ...api.context,
    auth: createAuth(api.db, { baseUrl, secret: 'a secret of at least 32 characters, for tests', oidc, ...secrets }),
  };
}

export const get = (path: string, cookie = '') =>
  new Request(`${baseUrl}${path}`, { headers: { cookie, 'x-real-client-ip': '192.0.2.8' } });
export const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
/** To the provider and back to our address. */
export async function goThere(context: AppContext, who: string | null, next = '/reports') {
  const begun = await beginOidc(context, get(`/login/oidc?next=${encodeURIComponent(next)}`));
  const location = begun.headers.get('location') as string;
  expect(location).toMatch(new RegExp(`^${provider.issuer}/`));
  return { back: await provider.walk(location, who), cookie: cookiesOf(begun) };
}
/** Where somebody ends up: a path of ours, and who they are there. */
export async function come(context: AppContext, back: URL, cookie: string) {
  const answer = await finishOidc(context, get(`${back.pathname}${back.search}`, cookie));
  return {
    location: answer.headers.get('location'),
    viewer: await currentViewer(context.auth, new Headers({ cookie: cookiesOf(answer) }), null),
  };
}
export async function enter(context: AppContext, who: string | null) {
  const { back, cookie } = await goThere(context, who);
  return come(context, back, cookie);
}
/** What comes of an answer that was asked for and refused. */
export const refused = (code: string) => ({ location: `/login?refused=${code}&next=%2Freports`, viewer: null });
export const person = (name: string, groups: unknown = ['help'], more: Record<string, unknown> = {}) => ({
  name,
  email: `${name.toLowerCase()}@example.com`,
  email_verified: true,
  groups,
  ...more,
});
