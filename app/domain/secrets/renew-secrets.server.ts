import { randomBytes } from 'node:crypto';
import type { Database } from '#db/database.ts';
import { SealProblem } from '#db/seals.ts';
import { inTransaction } from '#db/transaction.ts';
import { audit } from '../access/audit.server.ts';
import { FORMER_SESSION } from '../access/secrets.server.ts';
import { secretPlace } from '../alerts/endpoints.server.ts';
import { lockSecrets } from './keep-sealed.server.ts';
import { placeOf, type StoredSecret } from './stored-secrets.server.ts';

/** Secrets that no key given can read, each with what giving it up costs, in a sentence. */
export interface UnreadableSecret extends StoredSecret {
  cost: string;
}

/** @returns how many can be read, and those that cannot */
export async function checkSecrets(db: Database): Promise<{ readable: number; unreadable: UnreadableSecret[] }> {
  return inTransaction(db.pool, async (client) => {
    const secrets = await lockSecrets(client);
    const unreadable = secrets.filter((secret) => !isReadable(db, secret));
    return { readable: secrets.length - unreadable.length, unreadable: unreadable.map((secret) => ({ ...secret, cost: costOf(secret) })) };
  });
}

/**
 * For a key that is lost for good: what cannot be read is given up, so that Rollcall starts again. Generated secrets are made anew when they are
 * needed; an endpoint whose secret is gone is switched off, with the reason.
 */
export async function forgetUnreadable(db: Database): Promise<UnreadableSecret[]> {
  return inTransaction(db.pool, async (client) => {
    const gone = (await lockSecrets(client))
      .filter((secret) => !isReadable(db, secret))
      .map((secret) => ({ ...secret, cost: costOf(secret) }));
    const names = gone.filter(({ table }) => table === 'app_secrets').map(({ id }) => id);
    await client.query('delete from app_secrets where name = any ($1)', [names]);
    const endpoints = [...new Set(gone.filter(({ table }) => table === 'webhook_endpoints').map(({ id }) => Number(id)))];
    for (const id of endpoints) {
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      await client.query(
        `update webhook_endpoints set secret = $2, former_secret = null, former_secret_until = null,
           disabled_at = coalesce(disabled_at, now()), disabled_reason = $3 where id = $1`,
        [
          id,
          db.seals.seal(secret, secretPlace(id)),
          'Its secret could not be read any more. Make a new one, give it to the receiver, then switch it on.',
        ],
      );
    }
    const channels = gone.filter(({ table }) => table === 'provider_keys').map(({ id }) => id);
    await client.query('delete from provider_keys where channel = any ($1::channel[])', [channels]);
    if (gone.length > 0)
      await audit(client, { action: 'secret.forget', object: { type: 'secret' }, after: { secrets: gone.map(({ place }) => place) } });
    return gone;
  });
}

/** A new secret that signs sessions, in the place of the one that the database keeps; that one is believed beside it. */
export async function renewSessionSecret(db: Database): Promise<void> {
  const { seals } = db;
  await inTransaction(db.pool, async (client) => {
    const former = (await lockSecrets(client)).find(({ place }) => place === placeOf('app_secrets', 'session'));
    if (former) {
      await client.query(
        `insert into app_secrets (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value, created_at = now()`,
        [FORMER_SESSION, seals.seal(seals.open(former.stored, former.place), placeOf('app_secrets', FORMER_SESSION))],
      );
      await client.query('delete from app_secrets where name = $1', ['session']);
    }
    await audit(client, { action: 'secret.renew', object: { type: 'secret', name: 'Sessions' } });
  });
}

function isReadable({ seals }: Database, { stored, place }: StoredSecret): boolean {
  try {
    seals.open(stored, place);
    return true;
  } catch (error) {
    if (error instanceof SealProblem) return false;
    throw error;
  }
}

const costs: Record<string, string> = {
  session:
    'Everybody signs in again. Codes of the apps of second factors are refused from then on: people use a recovery code and set their phone up again, or an administrator takes the second factor off.',
  [FORMER_SESSION]: 'Sessions from before the last new secret end.',
  unsubscribe: 'Links to unsubscribe in messages that were sent already lead nowhere.',
  audit: 'The audit log does not find former changes of the suppression list by an address any more.',
  first_password: 'The generated password of the first administrator is not shown any more: npm run reset-password -- EMAIL makes another.',
};

function costOf({ table, id, place }: StoredSecret): string {
  if (table === 'webhook_endpoints') return `Webhook endpoint ${id} is switched off until it has a new secret.`;
  if (table === 'provider_keys')
    return `The keys of the ${id === 'sms' ? 'SMS' : 'email'} provider must be entered again under Settings, Providers.`;
  return costs[id] ?? `${place} is made anew.`;
}
