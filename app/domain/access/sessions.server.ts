import { betterAuth } from 'better-auth';
import { admin } from 'better-auth/plugins';
import { createAccessControl } from 'better-auth/plugins/access';
import { adminAc, defaultStatements } from 'better-auth/plugins/admin/access';
import type pg from 'pg';
import { type AuditEntry, audit } from './audit.server.ts';
import { beginSession } from './begin-session.server.ts';
import { sessionCookiePrefix } from './cookies.server.ts';
import { forgetFirstPassword } from './first-password.server.ts';
import { formerSignatures, secretsOf } from './former-signatures.server.ts';
import { hashedTokens } from './hashed-tokens.server.ts';
import type { OidcSettings } from './oidc-settings.ts';

export interface SessionOptions {
  /** How people sign in through the company's provider. */
  oidc?: OidcSettings | null;
  /** The public origin; https makes the cookie secure. */
  baseUrl: string;
  secret: string;
  /** What signed before it, and is believed still. */
  formerSecret?: string | null;
}

const DAY_S = 86_400;

// The library's own rules cover user administration only; what a role may do in Rollcall stands in roles.ts.
const accessControl = createAccessControl(defaultStatements);
const nobody = accessControl.newRole({ user: [], session: [] });
const libraryRoles = { admin: accessControl.newRole(adminAc.statements), marketer: nobody, support: nobody, analyst: nobody };

/**
 * Users and their sessions, kept in PostgreSQL. Its own HTTP handler is not mounted: sign-in goes through sign-in.server.ts,
 * which counts failures across processes, so the library's rate limiter is off.
 */
export function createSessions(pool: pg.Pool, { baseUrl, secret, formerSecret = null }: SessionOptions) {
  const secure = baseUrl.startsWith('https:');
  const times = { createdAt: 'created_at', updatedAt: 'updated_at' };
  return betterAuth({
    appName: 'Rollcall',
    database: pool,
    baseURL: baseUrl,
    ...secretsOf(secret, formerSecret),
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 256 },
    rateLimit: { enabled: false },
    user: { modelName: 'app_users', fields: { ...times, emailVerified: 'email_verified' } },
    session: {
      modelName: 'app_sessions',
      // The longest that the settings allow; when it ends before that is decided in session-limits.server.ts.
      expiresIn: 90 * DAY_S,
      disableSessionRefresh: true,
      // 'oidc' where the company's provider sent them, else 'password', which is the column's default.
      additionalFields: { via: { type: 'string', required: false, input: false } },
      fields: { ...times, userId: 'user_id', expiresAt: 'expires_at', ipAddress: 'ip_address', userAgent: 'user_agent' },
    },
    account: {
      modelName: 'app_accounts',
      fields: {
        ...times,
        userId: 'user_id',
        accountId: 'account_id',
        providerId: 'provider_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
      },
    },
    verification: { modelName: 'app_verifications', fields: { ...times, expiresAt: 'expires_at' } },
    advanced: {
      // The library's own prefix would be __Secure-, which a neighbour's cookie may have as well.
      cookiePrefix: sessionCookiePrefix(secure),
      useSecureCookies: false,
      defaultCookieAttributes: { secure },
      database: { generateId: 'uuid' },
      // Set by our server alone; what a client sends under this name is overwritten.
      ipAddress: { ipAddressHeaders: ['x-real-client-ip'] },
    },
    logger: { disabled: true },
    databaseHooks: {
      session: {
        create: {
          async after({ userId, via }) {
            await forgetFirstPassword(pool);
            const actor = await findAccount(pool, 'id', userId);
            await audit(pool, { action: 'session.begin', ...(actor && { actor }), ...(via === 'oidc' && { after: { by: 'oidc' } }) });
          },
        },
      },
    },
    plugins: [
      hashedTokens,
      beginSession,
      formerSignatures(pool, formerSecret, secret, secure),
      admin({
        ac: accessControl,
        roles: libraryRoles,
        defaultRole: 'analyst',
        adminRoles: ['admin'],
        schema: {
          user: { fields: { banReason: 'ban_reason', banExpires: 'ban_expires' } },
          session: { fields: { impersonatedBy: 'impersonated_by' } },
        },
      }),
    ],
  });
}

/** Whose account it is, as the audit log names people; undefined where there is none. */
export async function findAccount(pool: pg.Pool, by: 'id' | 'email', value: string): Promise<AuditEntry['actor']> {
  const { rows } = await pool.query<{ id: string; name: string; email: string }>(
    by === 'id'
      ? 'select id::text, name, email from app_users where id::text = $1'
      : 'select id::text, name, email from app_users where lower(email) = lower($1)',
    [value],
  );
  return rows[0] && { ...rows[0], via: 'session' };
}

export type Sessions = ReturnType<typeof createSessions>;
