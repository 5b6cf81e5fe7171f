import { createHmac, timingSafeEqual } from 'node:crypto';
import * as client from 'openid-client';
import { cookie } from './cookies.server.ts';
import { boundedFetch, withinAll } from './oidc-fetch.server.ts';
import { isRefusalOfOidc, OidcRefusal } from './oidc-refusal.ts';
import type { Claims, OidcSettings, ShownProvider } from './oidc-settings.ts';

/** The company's provider, as this process knows it. Nothing is asked of it before somebody signs in. */
export interface Oidc {
  readonly settings: OidcSettings;
  /** What pages show of it. */
  readonly shown: ShownProvider;
  /** Where the browser goes, and the cookie in which what was asked waits for the answer. @throws OidcRefusal `unavailable` */
  begin(next: string): Promise<{ url: string; cookie: string }>;
  /** What this browser was sent to the provider with, for who comes back. @throws OidcRefusal `expired` */
  recall(url: URL, headers: Headers): Asked;
  /** What the provider says of who comes back from it. @throws OidcRefusal */
  finish(url: URL, asked: Asked): Promise<{ subject: string; claims: Claims }>;
  /** Where somebody signs out at the provider, too; null where it has no such place. @throws OidcRefusal `unavailable` */
  endUrl(): Promise<string | null>;
  /** The cookie's end. */
  forget(): string;
}

const SECONDS = 600;
const TIMEOUT_S = 10;
/** s that the clocks of both may differ. */
const TOLERANCE_S = 60;
/** ms after which its metadata are asked for again. */
const KEPT_MS = 3_600_000;
/** Where the provider sends people back to; it must know this address. */
const CALLBACK = '/login/oidc/callback';

/** Waits in the browser. */
interface Asked {
  state: string;
  nonce: string;
  verifier: string;
  next: string;
  at: number;
}

export function createOidc(
  settings: OidcSettings,
  { baseUrl, secret, formerSecret }: { baseUrl: string; secret: string; formerSecret?: string | null },
): Oidc {
  let known: { config: Promise<client.Configuration>; until: number } | undefined;
  const kept = cookie('rollcall.oidc', baseUrl);
  const redirect_uri = new URL(CALLBACK, baseUrl).href;
  const sign = (text: string, key = secret) => createHmac('sha256', key).update(`oidc\n${text}`).digest('base64url');
  const keys = formerSecret ? [secret, formerSecret] : [secret];

  /** One that failed is asked again the next time. */
  function discover(): Promise<client.Configuration> {
    if (known && known.until > performance.now()) return known.config;
    const config = client
      .discovery(
        new URL(settings.issuer),
        settings.clientId,
        { [client.clockTolerance]: TOLERANCE_S },
        settings.clientSecret === null ? client.None() : withSecret(settings.clientSecret),
        {
          [client.customFetch]: boundedFetch,
          timeout: TIMEOUT_S,
          // Also of what came over https: whoever could answer in the provider's place cannot sign.
          execute: [client.enableNonRepudiationChecks, ...(settings.issuer.startsWith('http:') ? [client.allowInsecureRequests] : [])],
        },
      )
      .catch((error: unknown) => {
        if (known === mine) known = undefined;
        throw new OidcRefusal('unavailable', error);
      });
    const mine = { config, until: performance.now() + KEPT_MS };
    known = mine;
    return config;
  }

  function asked(headers: Headers): Asked | null {
    const [payload = '', signature = ''] = kept.read(headers)?.split('.') ?? [];
    const given = Buffer.from(signature);
    const signed = keys.some((key) => {
      const right = Buffer.from(sign(payload, key));
      return given.length === right.length && timingSafeEqual(given, right);
    });
    if (!signed) return null;
    const request = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Asked;
    return request.at > Date.now() - SECONDS * 1_000 ? request : null;
  }

  return {
    settings,
    shown: { label: settings.label, only: settings.only, saysRoles: settings.roleClaim !== null },
    async begin(next) {
      const config = await discover();
      const request: Asked = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        // All of it has to fit into a cookie.
        next: next.length > 700 ? '/' : next,
        at: Date.now(),
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri,
        scope: settings.scope,
        state: request.state,
        nonce: request.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(request.verifier),
        code_challenge_method: 'S256',
      });
      const payload = Buffer.from(JSON.stringify(request)).toString('base64url');
      return { url: url.href, cookie: kept.set(`${payload}.${sign(payload)}`, SECONDS) };
    },
    recall(url, headers) {
      const request = asked(headers);
      if (!request || url.searchParams.get('state') !== request.state) throw new OidcRefusal('expired');
      return request;
    },
    finish: (url, request) =>
      withinAll(async () => {
        const config = await discover();
        try {
          const tokens = await client.authorizationCodeGrant(config, new URL(`${redirect_uri}${url.search}`), {
            expectedState: request.state,
            expectedNonce: request.nonce,
            pkceCodeVerifier: request.verifier,
            idTokenExpected: true,
          });
          const own = tokens.claims();
          // What the standard allows as the name of somebody, and the database can keep.
          if (!own || !/^[\x20-\x7e]{1,255}$/.test(own.sub)) throw new OidcRefusal('refused');
          // One provider of many companies is let through by the library, whichever company answers.
          if (own.iss !== config.serverMetadata().issuer) throw new OidcRefusal('refused');
          // Many tell the rest only here.
          const more = config.serverMetadata().userinfo_endpoint ? await client.fetchUserInfo(config, tokens.access_token, own.sub) : {};
          return { subject: own.sub, claims: { ...more, ...own } };
        } catch (error) {
          throw refusalOf(error);
        }
      }),
    async endUrl() {
      const config = await discover();
      if (!config.serverMetadata().end_session_endpoint) return null;
      return client.buildEndSessionUrl(config, { post_logout_redirect_uri: new URL('/login', baseUrl).href }).href;
    },
    forget: kept.forget,
  };
}

/** Of the two ways in which a client says its secret, the first that the provider takes. */
function withSecret(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, metadata, body, headers) => {
    const supported = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (supported.includes('client_secret_basic') ? basic : post)(server, metadata, body, headers);
  };
}

function refusalOf(error: unknown): OidcRefusal {
  if (isRefusalOfOidc(error)) return error;
  if (error instanceof client.AuthorizationResponseError) {
    if (['temporarily_unavailable', 'server_error'].includes(error.error)) return new OidcRefusal('unavailable', error);
    const unwilling = ['access_denied', 'login_required', 'consent_required', 'interaction_required', 'account_selection_required'];
    return new OidcRefusal(unwilling.includes(error.error) ? 'cancelled' : 'refused', error);
  }
  // A code that was used before, or is too old.
  if (error instanceof client.ResponseBodyError && error.status < 500)
    return new OidcRefusal(error.error === 'invalid_grant' ? 'expired' : 'refused', error);
  const code = (error as { code?: string }).code ?? '';
  const away = error instanceof TypeError && /fetch failed/.test(error.message);
  const broken = error instanceof client.ResponseBodyError || Number((error as { cause?: { status?: number } }).cause?.status) >= 500;
  return new OidcRefusal(away || broken || /TIMEOUT/.test(code) ? 'unavailable' : 'refused', error);
}
