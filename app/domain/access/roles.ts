/** Who may do what. Pages and API ask here; the rules of single rooms and rows come on top. */

export const roles = ['admin', 'marketer', 'support', 'analyst'] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  'campaigns:read',
  'campaigns:write',
  'campaigns:send',
  'campaigns:approve',
  'recipients:retry',
  'suppressions:write',
  'settings:write',
  'audit:read',
] as const;
export type Permission = (typeof permissions)[number];

export const roleLabels: Record<Role, string> = { admin: 'Administrator', marketer: 'Marketer', support: 'Support', analyst: 'Analyst' };

const granted: Record<Role, readonly Permission[]> = {
  admin: permissions,
  marketer: ['campaigns:read', 'campaigns:write', 'campaigns:send', 'campaigns:approve', 'recipients:retry', 'suppressions:write'],
  support: ['campaigns:read', 'recipients:retry', 'suppressions:write'],
  analyst: ['campaigns:read'],
};

/** In the words of a sentence: "may not …". */
export const permissionTexts: Record<Permission, string> = {
  'campaigns:read': 'see campaigns',
  'campaigns:write': 'make or change campaigns',
  'campaigns:send': 'send campaigns',
  'campaigns:approve': 'approve campaigns',
  'recipients:retry': 'retry recipients',
  'suppressions:write': 'change the suppression list',
  'settings:write': 'change settings',
  'audit:read': 'read the audit log',
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
}

export function isRole(value: unknown): value is Role {
  return roles.includes(value as Role);
}

export function may(viewer: Pick<Viewer, 'role'>, permission: Permission): boolean {
  return granted[viewer.role].includes(permission);
}

/** Says what was not allowed and who could: "An analyst may not send campaigns. Ask an administrator or marketer." */
export function refusal(viewer: Pick<Viewer, 'role'>, permission: Permission): string {
  const who = roles.filter((role) => granted[role].includes(permission)).map((role) => roleLabels[role].toLowerCase());
  return `The role ${roleLabels[viewer.role]} may not ${permissionTexts[permission]}. Ask someone with the role ${who.join(' or ')}.`;
}
