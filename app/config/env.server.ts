import { z } from 'zod';
import { readSecretsKey } from '#db/seals.ts';
import { trustedProxies } from '../domain/access/client-address.ts';
import { type OidcSettings, readRoles } from '../domain/access/oidc-settings.ts';
import { roles } from '../domain/access/roles.ts';
import { readSender } from '../domain/addresses/sender.ts';
import { isGiven, SecretFileError, secretValue } from './secret-files.server.ts';

/** Asks by name for a secret that Rollcall makes itself, where NODE_ENV=production would refuse one. */
const GENERATED = 'generated';

const text = z.string().min(1);
const url = z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' });
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that starts with postgres://' });
const flag = z.enum(['0', '1'], { error: 'must be 0 or 1' });
const port = whole(1, 65_535);

function whole(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .transform(Number)
    .refine((n) => n >= least && n <= most, error);
}

/** Scheme, name and port; a slash at the end is none. */
function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return true; // said already
  const { pathname, search, hash, username, password } = new URL(value);
  return pathname === '/' && !search && !hash && !username && !password;
}

/** A name or address that a link can lead to. */
function hasHost(value: string): boolean {
  if (!URL.canParse(value)) return true; // said already
  const { hostname, port } = new URL(value);
  const label = '[a-z\\d_]([a-z\\d_-]*[a-z\\d_])?';
  return port !== '0' && new RegExp(`^(\\[[\\da-f:.]+\\]|${label}(\\.${label})*\\.?)$`).test(hostname);
}

/** Whoever could change the answers on their way could give the provider's keys, too. */
function isSafeIssuer(value: string): boolean {
  if (!URL.canParse(value)) return true; // said already
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || /^(localhost|127\..*|\[::1\])$/.test(hostname);
}

const baseUrlError = 'must be a scheme and a name only, since Rollcall runs at the root of its address and not below a path';

function oneOf<const Word extends string>(...words: Word[]) {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` });
}

const secretsKey = z
  .string()
  .refine((value) => readSecretsKey(value) !== null, 'must be a key of 32 bytes, in Base64 or as 64 hexadecimal digits')
  .transform((value) => readSecretsKey(value) as Buffer)
  .optional();
const secretsKeyExample = 'the output of: openssl rand -base64 32';

const perSecond = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number of messages per second')
  .transform(Number)
  .refine((n) => n > 0, 'must be above 0');

/** Every variable of docs/configuration, what it must look like, and an example for the error. */
const variables = {
  DATABASE_URL: { schema: postgresUrl, example: 'postgres://rollcall:password@localhost:5432/rollcall', secret: true },
  DATABASE_DIRECT_URL: { schema: postgresUrl.optional(), example: 'postgres://rollcall:password@localhost:5432/rollcall', secret: true },
  PORT: { schema: port.default(3000), example: '3000' },
  HOST: {
    schema: z
      .string()
      .regex(/^[\w.:-]+$/, 'must be an address of this machine')
      .default('127.0.0.1'),
    example: '0.0.0.0',
  },
  BASE_URL: {
    schema: url
      .refine(isOrigin, baseUrlError)
      .refine(hasHost, 'must have a name or an address that links can lead to')
      .transform((value) => new URL(value).origin)
      .optional(),
    example: 'https://rollcall.example.com',
  },
  TRUST_PROXY: {
    schema: z
      .string()
      .refine((value) => trustedProxies(value) !== null, 'must name the addresses or networks of your proxies, with commas between them')
      .transform((value) => trustedProxies(value) ?? [])
      .default([]),
    example: 'loopback, 10.0.0.0/8',
  },
  DATA_DIR: { schema: text.default('.data'), example: '.data' },
  // `npm start` says so to its children, no person does.
  EMBEDDED_DATABASE: { schema: flag.default('0').transform((value) => value === '1'), example: '1' },
  SESSION_SECRET: {
    schema: z
      .string()
      .refine((value) => value === GENERATED || value.length >= 32, 'must have at least 32 characters')
      .transform((value) => (value === GENERATED ? undefined : value))
      .optional(),
    example: `the output of: openssl rand -base64 32 (or the word "${GENERATED}": one is made and kept in the database)`,
    secret: true,
  },
  SESSION_SECRET_OLD: {
    schema: z
      .string()
      .refine((value) => value === GENERATED || value.length >= 32, 'must have at least 32 characters')
      .optional(),
    example: `the SESSION_SECRET of before (or the word "${GENERATED}": the one that the database keeps)`,
    secret: true,
  },
  SECRETS_KEY: { schema: secretsKey, example: secretsKeyExample, secret: true },
  SECRETS_KEY_OLD: { schema: secretsKey, example: secretsKeyExample, secret: true },
  ADMIN_EMAIL: { schema: z.email('must be an email address').optional(), example: 'admin@example.com' },
  ADMIN_PASSWORD: {
    schema: z.string().min(12, 'must have at least 12 characters').optional(),
    example: 'a long sentence of your own',
    secret: true,
  },
  API_KEY: {
    schema: z.string().min(24, 'must have at least 24 characters').optional(),
    example: 'the output of: openssl rand -hex 24',
    secret: true,
  },
  OIDC_ISSUER: {
    schema: url
      .refine(isSafeIssuer, 'must begin with https:// (http:// is for a provider on this machine)')
      .refine(
        (value) => !/^https:\/\/login\.microsoftonline\.[a-z.]+\/(common|organizations|consumers)(\/|$)/i.test(value),
        "must be of your own company: in place of common, organizations or consumers stands your tenant's id",
      )
      .optional(),
    example: 'https://login.example.com/realms/company',
  },
  OIDC_CLIENT_ID: { schema: text.optional(), example: 'rollcall' },
  OIDC_CLIENT_SECRET: { schema: text.optional(), example: 'what the provider shows beside the client', secret: true },
  OIDC_LABEL: { schema: z.string().max(60, 'must have at most 60 characters').default('single sign-on'), example: 'Example Company' },
  OIDC_SCOPE: {
    schema: z
      .string()
      .refine((value) => value.split(' ').includes('openid'), 'must have openid among its words')
      .default('openid email profile'),
    example: 'openid email profile groups',
  },
  OIDC_ROLE_CLAIM: { schema: text.optional(), example: 'groups' },
  OIDC_ROLES: {
    schema: z
      .string()
      .refine((value) => readRoles(value) !== null, `must be JSON: for each value of the claim one of the roles ${roles.join(', ')}`)
      .transform((value) => readRoles(value) ?? {})
      .default({}),
    example: '{"rollcall-admins": "admin", "marketing": "marketer"}',
  },
  OIDC_DEFAULT_ROLE: { schema: oneOf(...roles).optional(), example: 'analyst' },
  OIDC_TRUST_EMAIL: { schema: flag.default('0').transform((value) => value === '1'), example: '0' },
  OIDC_ONLY: { schema: flag.default('0').transform((value) => value === '1'), example: '0' },
  SENDGRID_API_KEY: { schema: text.optional(), example: 'SG.…', secret: true },
  SENDGRID_BASE_URL: { schema: url.default('https://api.sendgrid.com'), example: 'https://api.eu.sendgrid.com' },
  SENDGRID_WEBHOOK_PUBLIC_KEY: { schema: text.optional(), example: "the verification key of SendGrid's signed event webhook" },
  SENDGRID_WEBHOOK_PUBLIC_KEY_OLD: { schema: text.optional(), example: 'the verification key of before' },
  EMAIL_FROM: {
    schema: z
      .string()
      .refine((value) => readSender(value) !== null, 'must be an address, or a name and then the address in angle brackets')
      .transform((value) => readSender(value) ?? value)
      .optional(),
    example: 'Example <news@example.com>',
  },
  TWILIO_ACCOUNT_SID: {
    schema: z
      .string()
      .regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits')
      .optional(),
    example: `AC${'0'.repeat(32)}`,
    secret: true,
  },
  TWILIO_AUTH_TOKEN: { schema: text.optional(), example: "the token beside the account SID in Twilio's console", secret: true },
  TWILIO_AUTH_TOKEN_OLD: { schema: text.optional(), example: 'the auth token of before', secret: true },
  TWILIO_BASE_URL: { schema: url.default('https://api.twilio.com'), example: 'https://api.twilio.com' },
  SMS_FROM: {
    schema: z
      .string()
      .regex(
        /^(\+[1-9]\d{6,14}|\d{3,8}|MG[0-9a-fA-F]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/,
        'must be a number like +15005550006, a short code, a sender name, or a messaging service SID',
      )
      .optional(),
    example: '+15005550006',
  },
  EMAIL_RATE: { schema: perSecond.optional(), example: '50' },
  SMS_RATE: { schema: perSecond.optional(), example: '10' },
  SEND_TIMEOUT_MS: { schema: whole(100, 120_000).default(10_000), example: '10000' },
  UNKNOWN_GRACE_S: { schema: whole(0, 86_400).default(30), example: '30' },
  RETRY_WINDOW_S: { schema: whole(1, 31_536_000).default(86_400), example: '86400' },
  RECIPIENT_RETRY_WINDOW_S: { schema: whole(1, 31_536_000).default(2_592_000), example: '2592000' },
  AUDIT_KEEP_DAYS: { schema: whole(0, 36_500).default(730), example: '730' },
  HOLD_MAX_S: { schema: whole(1, 604_800).default(3_600), example: '3600' },
  WEBHOOK_ALLOW_PRIVATE: { schema: flag.default('0').transform((value) => value === '1'), example: '0' },
  SANDBOX: { schema: flag.optional(), example: '1' },
  SANDBOX_PORT: { schema: port.default(3025), example: '3025' },
  EMAIL_BATCH_SIZE: { schema: whole(1, 1_000).default(1), example: '50' },
  WORKER_CONCURRENCY: { schema: whole(1, 2_000).optional(), example: '300' },
  LOG_LEVEL: { schema: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'), example: 'info' },
  NODE_ENV: { schema: oneOf('development', 'production', 'test').default('development'), example: 'production' },
} satisfies Record<string, { schema: z.ZodType; example: string; secret?: boolean }>;

type Variables = typeof variables;
type Value<Name extends keyof Variables> = z.output<Variables[Name]['schema']>;
type Camel<Name extends string> = Name extends `${infer First}_${infer Rest}` ? `${Lowercase<First>}${Pascal<Rest>}` : Lowercase<Name>;
type Pascal<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Capitalize<Lowercase<First>>}${Pascal<Rest>}`
  : Capitalize<Lowercase<Name>>;

/** The checked environment, field by field the camelCase of its variable. Durations are in the unit of their name's last letters. */
export type Env = { [Name in keyof Variables as Camel<Name>]: Value<Name> } & { databaseDirectUrl: string; baseUrl: string };

/** Says for each variable that is wrong what was wrong and how it could look; never shows a secret's value. */
export class EnvError extends Error {
  override name = 'EnvError';

  constructor(problems: string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    // Read by people at start: where in our code it was thrown tells them nothing.
    this.stack = this.message;
  }
}

/**
 * Checks the whole environment at once. An empty variable counts as absent. Of each secret, `NAME_FILE` may name a file that it stands in.
 *
 * @throws EnvError
 */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema, example, ...rest }] of Object.entries(variables)) {
    let given = source[name]?.trim() || undefined;
    try {
      if ('secret' in rest) given = secretValue(source, name);
    } catch (error) {
      if (!(error instanceof SecretFileError)) throw error;
      problems.push(error.message);
      continue;
    }
    const result = schema.safeParse(given);
    if (result.success) values[camelCase(name)] = result.data;
    else problems.push(describe(name, given, result.error.issues[0]?.message ?? 'is not valid', example, 'secret' in rest));
  }
  const env = values as Env;
  problems.push(...pairs(source), ...production(source, env));
  if (problems.length > 0) throw new EnvError(problems);
  return { ...env, databaseDirectUrl: env.databaseDirectUrl ?? env.databaseUrl, baseUrl: env.baseUrl ?? `http://localhost:${env.port}` };
}

/** What does not keep Rollcall from starting in production, and is hardly meant; null where nothing is. */
export function baseUrlWarning({ nodeEnv, baseUrl }: Env, source: Record<string, string | undefined> = process.env): string | null {
  if (nodeEnv !== 'production' || source.LAUNCHED === '1') return null;
  const { hostname, protocol } = new URL(baseUrl);
  if (/^(localhost|127\..*|\[::1\])$/.test(hostname)) {
    return `BASE_URL is ${baseUrl}: links in messages, such as the one to unsubscribe, will lead to each reader's own machine. Set it to the address that people reach.`;
  }
  return protocol === 'http:'
    ? `BASE_URL is ${baseUrl}: passwords and sessions travel unencrypted. Put a proxy with https before it.`
    : null;
}

/** `readEnv` for the entries: prints what is wrong and ends the process with status 1. */
export function readEnvOrExit(source: Record<string, string | undefined> = process.env): Env {
  try {
    return readEnv(source);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

function describe(name: string, given: string | undefined, wrong: string, example: string, secret: boolean): string {
  if (given === undefined) return `${name} is missing. Example: ${name}=${example}`;
  return `${name} ${wrong}${secret ? '' : `, but is "${given}"`}. Example: ${name}=${example}`;
}

function pairs(source: Record<string, string | undefined>): string[] {
  const problems: string[] = [];
  const together = (one: string, other: string) => {
    if (isGiven(source, one) !== isGiven(source, other)) problems.push(`${one} and ${other} go together: set both or neither.`);
  };
  together('TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN');
  together('OIDC_ISSUER', 'OIDC_CLIENT_ID');
  together('OIDC_ROLE_CLAIM', 'OIDC_ROLES');
  if (isGiven(source, 'OIDC_ISSUER') && !isGiven(source, 'OIDC_ROLE_CLAIM') && !isGiven(source, 'OIDC_DEFAULT_ROLE'))
    problems.push('OIDC_ISSUER needs OIDC_ROLE_CLAIM and OIDC_ROLES, or OIDC_DEFAULT_ROLE: else nobody new could come in.');
  if (source.OIDC_ONLY?.trim() === '1' && !isGiven(source, 'OIDC_ISSUER'))
    problems.push('OIDC_ONLY=1 needs OIDC_ISSUER and OIDC_CLIENT_ID: else nobody could sign in.');
  if (isGiven(source, 'SECRETS_KEY_OLD') && !isGiven(source, 'SECRETS_KEY'))
    problems.push('SECRETS_KEY_OLD is the key of before: set SECRETS_KEY, too, to the one from now on.');
  return problems;
}

/** What of the configuration is about the company's provider; null where there is none. */
export function oidcSettings(env: Env): OidcSettings | null {
  if (!env.oidcIssuer || !env.oidcClientId) return null;
  return {
    issuer: env.oidcIssuer,
    clientId: env.oidcClientId,
    clientSecret: env.oidcClientSecret ?? null,
    label: env.oidcLabel,
    scope: env.oidcScope,
    roleClaim: env.oidcRoleClaim ?? null,
    roles: env.oidcRoles,
    defaultRole: env.oidcDefaultRole ?? null,
    trustEmail: env.oidcTrustEmail,
    only: env.oidcOnly,
  };
}

/**
 * In production nothing is made up silently. `npm start` runs its children with React's production build whoever calls it; it says so
 * with LAUNCHED=1 unless the user set NODE_ENV=production.
 */
function production(source: Record<string, string | undefined>, env: Env): string[] {
  if (env.nodeEnv !== 'production' || source.LAUNCHED === '1' || env.sessionSecret || isGiven(source, 'SESSION_SECRET')) return [];
  return [describe('SESSION_SECRET', undefined, '', variables.SESSION_SECRET.example, true)];
}

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
