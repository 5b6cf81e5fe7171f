import type { Channel } from '../channel.ts';
import type { Role, Scope } from './roles.ts';

/** Never the key itself: that is shown once, when it is made. Times are ISO 8601 in UTC. */
export interface ApiKeyJson {
  id: number;
  name: string;
  role: Role;
  /** What it is for; null: all that its role may. */
  scopes: Scope[] | null;
  /** Nothing but this campaign; null: all. Its name is null where it is deleted. */
  campaign: { id: number; name: string | null } | null;
  /** Nothing but campaigns of this channel; null: both. */
  channel: Channel | null;
  created_by: string | null;
  created_at: string;
  /** Whose it is: it ends with them, and may no more than they may now. Null for the first key, which is nobody's. */
  owner: { name: string; role: Role } | null;
  expires_at: string | null;
  last_used_at: string | null;
  last_used_address: string | null;
  revoked_at: string | null;
  state: KeyState;
}

export type KeyState = 'open' | 'ending' | 'expired' | 'revoked';

const DAY_MS = 86_400_000;

/** From when on it is told that a key ends: a week before, or half of its life where that is shorter. Also in SQL: keys-that-end.server.ts. */
function warnsFrom({ created_at, expires_at }: { created_at: Date; expires_at: Date }): number {
  return expires_at.getTime() - Math.min(7 * DAY_MS, (expires_at.getTime() - created_at.getTime()) / 2);
}

export function keyState(key: { created_at: Date; expires_at: Date | null; revoked_at: Date | null }, now = Date.now()): KeyState {
  const { created_at, expires_at, revoked_at } = key;
  if (revoked_at) return 'revoked';
  if (!expires_at) return 'open';
  if (expires_at.getTime() <= now) return 'expired';
  return warnsFrom({ created_at, expires_at }) <= now ? 'ending' : 'open';
}
