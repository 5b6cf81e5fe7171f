import type { Role } from './roles.ts';

/** invitation: somebody gets an account by it. reset: somebody who has one gets to another password. */
export type LinkKind = 'invitation' | 'reset';

/** What whoever holds the link may know. */
export interface OpenLink {
  id: number;
  kind: LinkKind;
  email: string;
  name: string;
  /** Null where the account has one. */
  role: Role | null;
}

/** An invitation that nobody has used yet, as administrators see it. Times are ISO 8601 in UTC. */
export interface Invitation {
  id: number;
  name: string;
  email: string;
  role: Role;
  created_by: string | null;
  created_at: string;
  expires_at: string;
  expired: boolean;
}

/** How long a link is good for, in hours. */
export const LINK_HOURS = { invitation: 7 * 24, reset: 24, forgotten: 1 } as const;

export const LINK_ENDED = 'This link is not valid any more: it was used, taken back, replaced by a newer one, or it is too old.';
