import type { Pool } from 'pg';

/**
 * Tells those who make keys, and whose key it is, that it ends soon: once a key. See `warnsFrom` in access/api-key.ts.
 *
 * @returns how many were told of
 */
export async function tellOfEndingKeys(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `insert into alerts (key, type, data)
     select 'key ' || id || ' ends', 'key.ending', jsonb_build_object('key', jsonb_build_object('id', id, 'name', name,
       'expires_at', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
     from api_keys
     where revoked_at is null and expires_at > now() and expires_at - least(interval '7 days', (expires_at - created_at) / 2) <= now()
     on conflict (key) do nothing`,
  );
  return rowCount ?? 0;
}
