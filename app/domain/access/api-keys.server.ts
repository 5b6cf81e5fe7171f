import { createHash, randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Channel } from '../channel.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, invalid } from '../problem.ts';
import { type ApiKeyJson, keyState } from './api-key.ts';
import { ask } from './ask.server.ts';
import { audit } from './audit.server.ts';
import { newName } from './people-input.ts';
import { isRole, type Role, roleLabels, type Scope, scopesWithin } from './roles.ts';

interface Row {
  id: number;
  name: string;
  role: Role;
  scopes: Scope[] | null;
  campaign_id: number | null;
  campaign_name: string | null;
  channel: Channel | null;
  created_by: string | null;
  created_at: Date;
  owner_name: string | null;
  owner_role: string | null;
  expires_at: Date | null;
  last_used_at: Date | null;
  last_used_address: string | null;
  revoked_at: Date | null;
}

const select = `select k.id, k.name, k.role, k.scopes, k.campaign_id, c.name as campaign_name, k.channel, k.created_by, k.created_at, u.name as owner_name,
    u.role as owner_role, k.expires_at, k.last_used_at, k.last_used_address, k.revoked_at
  from api_keys k left join app_users u on u.id = k.owner_id left join campaigns c on c.id = k.campaign_id`;

export function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function toJson({
  campaign_id,
  campaign_name,
  owner_name,
  owner_role,
  created_at,
  expires_at,
  last_used_at,
  revoked_at,
  ...row
}: Row): ApiKeyJson {
  return {
    ...row,
    campaign: campaign_id === null ? null : { id: campaign_id, name: campaign_name },
    owner: owner_name === null ? null : { name: owner_name, role: isRole(owner_role) ? owner_role : 'analyst' },
    created_at: created_at.toISOString(),
    expires_at: expires_at?.toISOString() ?? null,
    last_used_at: last_used_at?.toISOString() ?? null,
    revoked_at: revoked_at?.toISOString() ?? null,
    state: keyState({ created_at, expires_at, revoked_at }),
  };
}

/** What is asked for: see ApiKeyJson. Whatever is left out does not limit the key. */
export interface NewKey {
  name: string;
  role: Role;
  scopes?: Scope[] | null;
  campaignId?: number | null;
  channel?: Channel | null;
  expiresAt?: Date | null;
  createdBy: string | null;
  ownerId?: string | null;
  /** One that is there already: the first start's API_KEY. */
  key?: string | undefined;
}

/**
 * Makes a key, which ends with the person who made it (`ownerId`). It is `rk_` and 32 random bytes, and the answer is the only place where it
 * ever stands.
 *
 * @throws Problem 409 for an owner who is disabled or gone; 422 for scopes that the role lacks, and for a campaign that is not there
 */
export async function createApiKey(db: Database, input: NewKey): Promise<{ key: string; apiKey: ApiKeyJson }> {
  ask('settings:write');
  const { name, role, scopes = null, campaignId = null, channel = null, expiresAt = null, createdBy, ownerId = null } = input;
  const beyond = scopes?.filter((scope) => !scopesWithin(role).includes(scope)) ?? [];
  if (beyond.length > 0) {
    throw invalid([{ path: 'scopes', message: `The role ${roleLabels[role]} may not give a key the scope ${beyond.join(', ')}.` }]);
  }
  const key = input.key ?? `rk_${randomBytes(32).toString('base64url')}`;
  return inTransaction(db.pool, async (client) => {
    // Whoever disables or deletes the owner waits, and then ends this key with the others.
    if (ownerId !== null) {
      const { rowCount } = await client.query('select from app_users where id = $1 and banned is not true for share', [ownerId]);
      if (!rowCount) throw conflict('The account that this key would belong to is disabled or gone. No key was made.', 'disabled');
    }
    if (campaignId !== null) {
      const { rowCount } = await client.query('select from campaigns where id = $1', [campaignId]);
      if (!rowCount) throw invalid([{ path: 'campaign', message: 'There is no such campaign any more. Choose another.' }]);
    }
    const { rows } = await client.query<{ id: number }>(
      `insert into api_keys (name, hash, role, scopes, campaign_id, channel, expires_at, created_by, owner_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
      [name, hashOf(key), role, scopes, campaignId, channel, expiresAt, createdBy, ownerId],
    );
    const apiKey = await getKey(client, rows[0]?.id as number);
    await audit(client, {
      action: 'key.create',
      object: { type: 'key', id: apiKey.id, name },
      after: {
        role,
        ...(scopes && { scopes }),
        ...(campaignId !== null && { campaign: campaignId }),
        ...(channel && { channel }),
        ...(expiresAt && { expires_at: expiresAt.toISOString() }),
      },
    });
    return { key, apiKey };
  });
}

async function getKey(client: PoolClient, id: number): Promise<ApiKeyJson> {
  const { rows } = await client.query<Row>(`${select} where k.id = $1`, [id]);
  return toJson(rows[0] as Row);
}

/** The newest first. */
export async function listApiKeys(db: Database): Promise<ApiKeyJson[]> {
  ask('settings:write');
  const { rows } = await db.pool.query<Row>(`${select} order by k.id desc`);
  return rows.map(toJson);
}

/** What it did before keeps the name that it was done under. False where there is no such key. @throws Problem 422 */
export async function renameApiKey(db: Database, id: number, input: { name: string }): Promise<boolean> {
  ask('settings:write');
  const { name } = parseInput(newName, input);
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ name: string }>('select name from api_keys where id = $1 for update', [id]);
    if (!rows[0]) return false;
    if (rows[0].name === name) return true;
    await client.query('update api_keys set name = $2 where id = $1', [id, name]);
    await audit(client, { action: 'key.change', object: { type: 'key', id, name }, before: { name: rows[0].name }, after: { name } });
    return true;
  });
}

/** From now on the key opens nothing; other processes hear of it at once. False where there is no such key. */
export async function revokeApiKey(db: Database, id: number): Promise<boolean> {
  ask('settings:write');
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ name: string; role: string; revoked: boolean }>(
      'select name, role, revoked_at is not null as revoked from api_keys where id = $1 for update',
      [id],
    );
    if (!rows[0]) return false;
    if (rows[0].revoked) return true;
    await client.query('update api_keys set revoked_at = now() where id = $1', [id]);
    await audit(client, { action: 'key.revoke', object: { type: 'key', id, name: rows[0].name }, before: { role: rows[0].role } });
    return true;
  });
}
