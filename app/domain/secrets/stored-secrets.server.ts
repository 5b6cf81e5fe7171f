import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { isSealed } from '#db/seals.ts';
import { inTransaction } from '#db/transaction.ts';
import { FIRST_PASSWORD } from '../access/first-password.server.ts';

/** One value that is encrypted where there is a key. */
export interface StoredSecret {
  table: 'app_secrets' | 'webhook_endpoints' | 'provider_keys';
  column: 'value' | 'secret' | 'former_secret' | 'sealed';
  id: string;
  stored: string;
  /** What it is bound to. */
  place: string;
}

export const placeOf = (table: StoredSecret['table'], id: string | number): string => `${table} ${id}`;

/** All of them, with their rows locked. There are some dozens at most. */
export async function storedSecrets(client: PoolClient): Promise<StoredSecret[]> {
  const { rows: own } = await client.query<{ name: string; value: string }>('select name, value from app_secrets order by name for update');
  const { rows: endpoints } = await client.query<{ id: number; secret: string; former_secret: string | null }>(
    'select id, secret, former_secret from webhook_endpoints order by id for update',
  );
  const { rows: providers } = await client.query<{ channel: string; sealed: string }>(
    'select channel::text, sealed from provider_keys order by channel for update',
  );
  const secret = (table: StoredSecret['table'], column: StoredSecret['column'], id: string | number, stored: string): StoredSecret => ({
    ...{ table, column, stored },
    id: String(id),
    place: placeOf(table, id),
  });
  return [
    // Of the first password its owner's address stands before it.
    ...own.map(({ name, value }) =>
      secret('app_secrets', 'value', name, name === FIRST_PASSWORD ? value.slice(value.indexOf(' ') + 1) : value),
    ),
    ...endpoints.flatMap(({ id, secret: current, former_secret }) => [
      secret('webhook_endpoints', 'secret', id, current),
      ...(former_secret === null ? [] : [secret('webhook_endpoints', 'former_secret', id, former_secret)]),
    ]),
    ...providers.map(({ channel, sealed }) => secret('provider_keys', 'sealed', channel, sealed)),
  ];
}

/**
 * How many are encrypted and how many stand in the clear. Asked before the database is brought up to date: of a version before, which has
 * not all tables and columns, it looks at the one that was always there. None of either in an empty database.
 */
export async function secretsInDatabase(db: Database): Promise<{ sealed: number; clear: number }> {
  return inTransaction(db.pool, async (client) => {
    const { rows } = await client.query<{ current: boolean; before: boolean }>(
      `select to_regclass('provider_keys') is not null as current, to_regclass('app_secrets') is not null as before`,
    );
    const stored = rows[0]?.current
      ? (await storedSecrets(client)).map((secret) => secret.stored)
      : rows[0]?.before
        ? (await client.query<{ value: string }>('select value from app_secrets')).rows.map(({ value }) => value)
        : [];
    const sealed = stored.filter(isSealed).length;
    return { sealed, clear: stored.length - sealed };
  });
}

export async function writeSecret(client: PoolClient, { table, column, id }: StoredSecret, stored: string): Promise<void> {
  if (table === 'app_secrets') {
    await client.query(
      `update app_secrets set value = case when name = $3 then split_part(value, ' ', 1) || ' ' || $2 else $2 end where name = $1`,
      [id, stored, FIRST_PASSWORD],
    );
  } else if (table === 'provider_keys') {
    await client.query('update provider_keys set sealed = $2 where channel = $1::channel', [id, stored]);
  } else if (column === 'secret') {
    await client.query('update webhook_endpoints set secret = $2 where id = $1', [Number(id), stored]);
  } else {
    await client.query('update webhook_endpoints set former_secret = $2 where id = $1', [Number(id), stored]);
  }
}
