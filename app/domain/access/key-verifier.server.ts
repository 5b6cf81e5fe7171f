import type { Database } from '#db/database.ts';
import type { Channel } from '../channel.ts';
import { hashOf } from './api-keys.server.ts';
import { currentDoor } from './door.server.ts';
import { isRole, isScope, lesserRole, type Permission, type Role, type Viewer } from './roles.ts';

/** Why a key opens nothing, where it once did. */
export type KeyEnd = { why: 'revoked' } | { why: 'expired'; at: string } | null;

export interface KeyVerifier {
  (key: string): Promise<Viewer | null>;
  /** For whoever holds a key that opens nothing: what became of it. Null: nobody knows it. */
  end(key: string): Promise<KeyEnd>;
  /** A key was revoked somewhere, or its owner may less: all are looked up anew. */
  forget(): void;
}

interface Row {
  id: number;
  name: string;
  role: string;
  scopes: string[] | null;
  campaign_id: number | null;
  channel: Channel | null;
  expires_at: Date | null;
  expired: boolean;
  revoked: boolean;
  owner_id: string | null;
  owner_role: string | null;
  stale: boolean;
}

interface Seen {
  viewer: Viewer | null;
  end: KeyEnd;
  until: number;
}

const CACHE_MS = 5_000;
const CACHE_SIZE = 1_000;

/**
 * Turns keys into viewers. The look-up is by hash, so its time tells nothing about other keys. A key may no more than its owner may now. Answers
 * are remembered for 5 s, and never beyond a key's end; its last use is written down once a minute.
 */
export function createKeyVerifier(db: Database, withheldOf: (role: Role) => Promise<readonly Permission[]> = async () => []): KeyVerifier {
  let seen = new Map<string, Seen>();

  const look = async (key: string): Promise<Seen> => {
    const nobody = { viewer: null, end: null, until: 0 };
    if (key.length > 256) return nobody;
    const hash = hashOf(key);
    const name = hash.toString('base64');
    // One that is forgotten while the database answers stays forgotten.
    const memory = seen;
    const known = memory.get(name);
    if (known && known.until > performance.now()) return known;

    const { rows } = await db.pool.query<Row>(
      `select k.id, k.name, k.role, k.scopes, k.campaign_id, k.channel, k.expires_at, coalesce(k.expires_at <= now(), false) as expired,
         k.revoked_at is not null or coalesce(u.banned, false) as revoked, k.owner_id::text, u.role as owner_role,
         k.last_used_at is null or k.last_used_at < now() - interval '1 minute' as stale
       from api_keys k left join app_users u on u.id = k.owner_id where k.hash = $1`,
      [hash],
    );
    const [row] = rows;
    const ended = row?.revoked || row?.expired;
    const leftMs = row?.expires_at && !ended ? row.expires_at.getTime() - Date.now() : CACHE_MS;
    const until = performance.now() + Math.min(CACHE_MS, leftMs);
    if (row?.stale && !ended) {
      await db.pool.query(
        `update api_keys set last_used_at = now(), last_used_address = $2
         where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
        [row.id, currentDoor()?.address ?? null],
      );
    }
    const viewer = row && !ended ? await withoutWithheld(viewerOf(row), row) : null;
    // Its time may have come while the database answered.
    const expired = row?.expired || (row?.expires_at?.getTime() ?? Infinity) <= Date.now();
    const found: Seen = { viewer: expired ? null : viewer, end: row ? endOf({ ...row, expired }) : null, until };
    if (memory.size >= CACHE_SIZE) memory.clear();
    memory.set(name, found);
    return found;
  };
  /** Neither what is taken from its role nor what is taken from its owner's. */
  const withoutWithheld = async (viewer: Viewer | null, { role, owner_role }: Row) => {
    const taken = await Promise.all([role, owner_role].filter(isRole).map(withheldOf));
    const withheld = [...new Set(taken.flat())];
    return viewer && withheld.length > 0 ? { ...viewer, withheld } : viewer;
  };
  return Object.assign(async (key: string) => (await look(key)).viewer, {
    end: async (key: string) => (await look(key)).end,
    forget: () => {
      seen = new Map();
    },
  });
}

function endOf({ revoked, expired, expires_at }: Row): KeyEnd {
  if (revoked) return { why: 'revoked' };
  return expired && expires_at ? { why: 'expired', at: expires_at.toISOString() } : null;
}

/** Null where its owner has no role any more. A scope that this version does not know opens nothing. */
function viewerOf(row: Row): Viewer | null {
  const { role, owner_id, owner_role } = row;
  if (!isRole(role) || (owner_id !== null && !isRole(owner_role))) return null;
  return {
    id: `key:${row.id}`,
    name: row.name,
    email: null,
    role: isRole(owner_role) ? lesserRole(role, owner_role) : role,
    via: 'key',
    label: `API key ${row.name}`,
    ...(row.scopes && { scopes: row.scopes.filter(isScope) }),
    ...(row.campaign_id !== null && { campaignId: row.campaign_id }),
    ...(row.channel !== null && { channel: row.channel }),
    ...(row.expires_at && { expiresAt: row.expires_at.toISOString() }),
    ...(owner_id !== null && { ownerId: owner_id }),
  };
}
