import type { Channel } from '../channel.ts';

/** Who may do what. Pages and API ask here; the rules of single rooms and rows come on top. */

export const roles = ['admin', 'marketer', 'support', 'analyst'] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  'campaigns:read',
  'people:read',
  'people:export',
  'campaigns:write',
  'campaigns:send',
  'campaigns:approve',
  'recipients:retry',
  'suppressions:write',
  'settings:write',
  'audit:read',
  // Its name alone: erasing people comes.
  'people:erase',
] as const;
export type Permission = (typeof permissions)[number];

export const roleLabels: Record<Role, string> = { admin: 'Administrator', marketer: 'Marketer', support: 'Support', analyst: 'Analyst' };

/** What an administrator may take from a role (withheld.server.ts). Whoever sees nobody exports nobody. */
export const people = ['people:read', 'people:export'] as const satisfies readonly Permission[];
export const withholdable = ['marketer', 'support', 'analyst'] as const satisfies readonly Role[];

const granted: Record<Role, readonly Permission[]> = {
  admin: permissions,
  marketer: [
    'campaigns:read',
    ...people,
    'campaigns:write',
    'campaigns:send',
    'campaigns:approve',
    'recipients:retry',
    'suppressions:write',
  ],
  support: ['campaigns:read', ...people, 'recipients:retry', 'suppressions:write'],
  analyst: ['campaigns:read', ...people],
};

/** What a key is for; it never may more than its role. Names are contracts. */
export const scopes = ['read', 'send', 'support', 'admin'] as const;
export type Scope = (typeof scopes)[number];

const opened: Record<Scope, readonly Permission[]> = {
  read: ['campaigns:read', ...people],
  send: ['campaigns:read', 'campaigns:write', 'campaigns:send'],
  support: ['campaigns:read', 'people:read', 'recipients:retry', 'suppressions:write'],
  admin: ['campaigns:read', 'campaigns:approve', 'settings:write', 'audit:read', 'people:erase'],
};

export const scopeTexts: Record<Scope, { label: string; description: string }> = {
  read: { label: 'Read', description: 'Campaigns and their numbers, people, exports.' },
  send: { label: 'Send', description: 'Make, change, send, pause and retry campaigns.' },
  support: { label: 'Support', description: 'Help single recipients, and change the suppression list.' },
  admin: { label: 'Administer', description: 'Webhooks and the audit log.' },
};

/** In the words of a sentence: "may not …". */
export const permissionTexts: Record<Permission, string> = {
  'campaigns:read': 'see campaigns and their numbers',
  'people:read': 'see people’s data (addresses, names, columns, stories)',
  'people:export': 'export people’s data',
  'campaigns:write': 'make or change campaigns',
  'campaigns:send': 'send campaigns',
  'campaigns:approve': 'approve campaigns',
  'recipients:retry': 'retry recipients',
  'suppressions:write': 'change the suppression list',
  'settings:write': 'change settings',
  'audit:read': 'read the audit log',
  'people:erase': 'erase people’s data',
};

/** A person with a session or a program with an API key. */
export interface Viewer {
  /** The user's id, or `key:` and the key's. */
  id: string;
  name: string;
  /** Null for keys. */
  email: string | null;
  role: Role;
  via: 'session' | 'key';
  /** What the ledger keeps as the actor: a name that people recognise. */
  label: string;
  /** What an administrator took from their role; none where it is left out. */
  withheld?: readonly Permission[];
  /** Of keys alone: what it is for; undefined: all that its role may. */
  scopes?: readonly Scope[];
  /** Of keys alone: nothing but this campaign, or those of this channel. */
  campaignId?: number;
  channel?: Channel;
  /** Of keys alone: when it opens nothing any more, ISO 8601 in UTC. */
  expiresAt?: string;
  /** Of keys alone: the user whose key it is. */
  ownerId?: string;
}

/** What is asked of somebody before they may. */
export type Asker = Pick<Viewer, 'role' | 'scopes' | 'withheld'>;

export function isRole(value: unknown): value is Role {
  return roles.includes(value as Role);
}

export function isScope(value: unknown): value is Scope {
  return scopes.includes(value as Scope);
}

/** The one that may less. Each role may all that those after it may. */
export function lesserRole(one: Role, other: Role): Role {
  return roles.indexOf(one) > roles.indexOf(other) ? one : other;
}

export function may(viewer: Asker, permission: Permission): boolean {
  const { role, scopes, withheld } = viewer;
  if (permission === 'people:export' && withheld?.includes('people:read')) return false;
  return (
    granted[role].includes(permission) &&
    !withheld?.includes(permission) &&
    (scopes?.some((scope) => opened[scope].includes(permission)) ?? true)
  );
}

/** Which scopes let a key do so. */
export function scopesFor(permission: Permission): Scope[] {
  return scopes.filter((scope) => opened[scope].includes(permission));
}

/** Those that let a key of this role do something. */
export function scopesWithin(role: Role): Scope[] {
  return scopes.filter((scope) => opened[scope].every((one) => granted[role].includes(one)));
}

/** A key of this role may do so with the right scope, and this one lacks it. */
export function lacksScope(viewer: Asker, permission: Permission): boolean {
  return viewer.scopes !== undefined && !may(viewer, permission) && may({ ...viewer, scopes: undefined }, permission);
}

/** Says what was not allowed and who could: "An analyst may not send campaigns. Ask an administrator or marketer." */
export function refusal(viewer: Asker, permission: Permission): string {
  if (lacksScope(viewer, permission)) {
    const names = scopesFor(permission).map((scope) => `“${scope}”`);
    return `This API key may not ${permissionTexts[permission]}: it lacks the scope ${names.join(' or ')}. Use a key that has it; an administrator makes one under Settings, API keys.`;
  }
  if (granted[viewer.role].includes(permission)) {
    return `An administrator has decided that the role ${roleLabels[viewer.role]} may not ${permissionTexts[permission]}. Ask an administrator.`;
  }
  const who = roles.filter((role) => granted[role].includes(permission)).map((role) => roleLabels[role].toLowerCase());
  return `The role ${roleLabels[viewer.role]} may not ${permissionTexts[permission]}. Ask someone with the role ${who.join(' or ')}.`;
}
