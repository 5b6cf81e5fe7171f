import { once } from 'node:events';
import type { Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
// @ts-expect-error It comes without types, and those that others wrote are many packages for this one file.
import Provider from 'oidc-provider';
import { freePort } from '../../scripts/postgres/embedded-postgres.ts';

/** What the provider says of somebody; the subject is the name that they sign in with. */
type Person = Record<string, unknown>;

export interface TestProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  people: Record<string, Person>;
  /** Changes what the next ID tokens say; `key: 'other'` signs with a key that is not the provider's, `'none'` with none. */
  alter: { claims?: Record<string, unknown>; key?: 'other' | 'none' } | null;
  /**
   * Signs in there as a browser does that begins at this address.
   *
   * @param who null: cancels
   * @returns where the provider sends the browser back to
   */
  walk(url: string, who: string | null): Promise<URL>;
  stop(): Promise<void>;
}

/** A real provider of OpenID Connect, on this machine. @param callback the address that it sends people back to */
export async function startProvider(callback: string): Promise<TestProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const [own, other] = [await generateKeyPair('RS256', { extractable: true }), await generateKeyPair('RS256')];
  const jwk = { ...(await exportJWK(own.privateKey)), kid: 'own', use: 'sig', alg: 'RS256' };
  const test: Omit<TestProvider, 'walk' | 'stop'> = {
    issuer,
    clientId: 'rollcall',
    clientSecret: 'a secret that both know',
    people: {},
    alter: null,
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: test.clientId,
        client_secret: test.clientSecret,
        redirect_uris: [callback],
        post_logout_redirect_uris: [new URL('/login', callback).href],
      },
    ],
    jwks: { keys: [jwk as never] },
    cookies: { keys: ['a key for cookies'] },
    pkce: { required: () => true },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups', 'realm_access'] },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, ...test.people[sub] }) as { sub: string },
    }),
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  });
  provider.use(async (context: { path: string; body?: { id_token?: string } }, next: () => Promise<void>) => {
    await next();
    if (context.path !== '/token' || !context.body?.id_token || !test.alter) return;
    const payload = JSON.parse(Buffer.from(context.body.id_token.split('.')[1] as string, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    const claims = { ...payload, ...test.alter.claims };
    const { key } = test.alter;
    context.body.id_token =
      key === 'none'
        ? new UnsecuredJWT(claims).encode()
        : await new SignJWT(claims)
            .setProtectedHeader({ alg: 'RS256', kid: 'own' })
            .sign(key === 'other' ? other.privateKey : own.privateKey);
  });
  const server = provider.listen(port, '127.0.0.1') as Server;
  await once(server, 'listening');

  async function walk(from: string, who: string | null): Promise<URL> {
    const jar = new Map<string, string>();
    const ask = async (url: URL, form?: Record<string, string>) => {
      const answer = await fetch(url, {
        redirect: 'manual',
        method: form ? 'POST' : 'GET',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form && { body: new URLSearchParams(form) }),
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? [];
        jar.set(name, value);
      }
      return answer;
    };
    let url = new URL(from);
    let answer = await ask(url);
    for (let steps = 0; steps < 12; steps++) {
      const location = answer.headers.get('location');
      if (location) {
        url = new URL(location, url);
        if (url.href.startsWith(callback)) return url;
        answer = await ask(url);
        continue;
      }
      const html = await answer.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1];
      if (!prompt) throw new Error(`the provider answered ${answer.status}: ${html.slice(0, 500)}`);
      answer = who === null ? await ask(new URL(`${url.pathname}/abort`, url)) : await ask(url, { prompt, login: who, password: 'any' });
    }
    throw new Error('the provider went in circles');
  }

  return Object.assign(test, {
    walk,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
