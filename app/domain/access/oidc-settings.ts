import { email as address } from './people-input.ts';
import { isRole, type Role, roles } from './roles.ts';

/** How people sign in through the company's own provider (OpenID Connect). */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  /** Null for a client without one: PKCE alone. */
  clientSecret: string | null;
  /** What the button says. */
  label: string;
  scope: string;
  /** Where a person's groups or roles stand; null where the provider does not say who may what. */
  roleClaim: string | null;
  /** The role of Rollcall for each value of that claim. */
  roles: Readonly<Record<string, Role>>;
  /** For whom none of these is; null refuses them. */
  defaultRole: Role | null;
  /** Addresses count as confirmed where the provider says nothing about it. */
  trustEmail: boolean;
  /** There is no sign-in by password. */
  only: boolean;
}

/** What pages show of the provider. */
export interface ShownProvider {
  label: string;
  only: boolean;
  /** It says at every sign-in what role somebody has. */
  saysRoles: boolean;
}

/** What the provider says of somebody. */
export type Claims = Readonly<Record<string, unknown>>;

/** By its own name, which may have dots in it ("https://example.com/roles"), else step by step ("realm_access.roles"). */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/**
 * What somebody may be here by what the provider says of them now: of several, the role that may most. Null: they may not come in. Undefined: the
 * provider is not asked, and an account keeps the role that it has.
 */
export function roleOf(claims: Claims, settings: Pick<OidcSettings, 'roleClaim' | 'roles' | 'defaultRole'>): Role | null | undefined {
  if (settings.roleClaim === null) return undefined;
  const said = claimAt(claims, settings.roleClaim);
  const values = (Array.isArray(said) ? said : [said]).filter((value) => typeof value === 'string');
  const mapped = values.filter((value) => Object.hasOwn(settings.roles, value)).map((value) => settings.roles[value]);
  return roles.find((role) => mapped.includes(role)) ?? settings.defaultRole;
}

/** `{"group": "role"}` as OIDC_ROLES has it. @returns null where it is something else */
export function readRoles(text: string): Record<string, Role> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.values(value).every(isRole) ? (value as Record<string, Role>) : null;
  } catch {
    return null;
  }
}

/** The address, where the provider says that it is theirs. */
export function emailOf(claims: Claims, { trustEmail }: Pick<OidcSettings, 'trustEmail'>): { email: string | null; confirmed: boolean } {
  const { email, email_verified: said } = claims;
  // Some providers write it as text, and some say nothing.
  const confirmed = said === true || said === 'true' || (said === undefined && trustEmail);
  // Before the case is folded: some letters of other scripts become ours by it, and would be somebody else's address.
  const plain = typeof email === 'string' && /^[\x21-\x7e]+$/.test(email.trim());
  return { email: plain ? (address.safeParse(email).data ?? null) : null, confirmed };
}

/** What to call them. */
export function nameOf(claims: Claims): string {
  const { name, given_name, family_name, preferred_username, email } = claims;
  const both = [given_name, family_name].filter((part) => typeof part === 'string').join(' ');
  const said = [name, both, preferred_username, email].find((one) => typeof one === 'string' && one.trim() !== '');
  return [
    ...String(said ?? 'Somebody')
      .replace(/\p{Cc}/gu, ' ')
      .trim(),
  ]
    .slice(0, 200)
    .join('');
}
