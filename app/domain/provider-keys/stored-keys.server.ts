import type { Pool, PoolClient } from 'pg';
import type { Seals } from '#db/seals.ts';
import type { Channel } from '../channel.ts';
import type { ProviderFields } from './provider-keys.ts';

/** What is kept for one provider, of which the database sees the sender alone. */
export interface StoredKeys {
  apiKey?: string | undefined;
  webhookKey?: string | undefined;
  accountSid?: string | undefined;
  authToken?: string | undefined;
  /** What was replaced and is believed until then (ms since 1970). */
  former?: { webhookKey?: string | undefined; authToken?: string | undefined; until: number } | undefined;
  sender?: string | undefined;
}

export interface KeyRow {
  keys: StoredKeys;
  savedAt: Date;
  savedBy: string | null;
}

const keyPlace = (channel: Channel): string => `provider_keys ${channel}`;

/** @throws SealProblem */
export async function readKeys(client: Pool | PoolClient, seals: Seals, lock = false): Promise<Partial<Record<Channel, KeyRow>>> {
  const { rows } = await client.query<{ channel: Channel; sealed: string; sender: string | null; saved_at: Date; saved_by: string | null }>(
    `select channel, sealed, sender, saved_at, saved_by from provider_keys order by channel ${lock ? 'for update' : ''}`,
  );
  return Object.fromEntries(
    rows.map(({ channel, sealed, sender, saved_at, saved_by }) => {
      const keys = { ...(JSON.parse(seals.open(sealed, keyPlace(channel))) as StoredKeys), ...(sender !== null && { sender }) };
      return [channel, { keys, savedAt: saved_at, savedBy: saved_by }];
    }),
  );
}

/** Tells every process in the same transaction, without saying what. */
export async function writeKeys(client: PoolClient, seals: Seals, channel: Channel, keys: StoredKeys, savedBy: string): Promise<void> {
  const { sender, ...secrets } = keys;
  await client.query(
    `insert into provider_keys (channel, sealed, sender, saved_by) values ($1, $2, $3, $4)
     on conflict (channel) do update set sealed = excluded.sealed, sender = excluded.sender, saved_by = excluded.saved_by, saved_at = now()`,
    [channel, seals.seal(JSON.stringify(secrets), keyPlace(channel)), sender ?? null, savedBy],
  );
}

/** Field by field: what the environment sets, else what is saved here. Account and token of Twilio are one thing. */
export function inForce(fixed: ProviderFields, saved: Partial<Record<Channel, Pick<KeyRow, 'keys'>>>, nowMs: number): ProviderFields {
  const [email, sms] = [saved.email?.keys ?? {}, saved.sms?.keys ?? {}];
  const former = (keys: StoredKeys) => (keys.former && keys.former.until > nowMs ? keys.former : null);
  const ownTwilio = fixed.twilioAccountSid !== undefined;
  const ownWebhookKey = fixed.sendgridWebhookPublicKey !== undefined;
  return {
    sendgridApiKey: fixed.sendgridApiKey ?? email.apiKey,
    sendgridWebhookPublicKey: fixed.sendgridWebhookPublicKey ?? email.webhookKey,
    sendgridWebhookPublicKeyOld: fixed.sendgridWebhookPublicKeyOld ?? (ownWebhookKey ? undefined : former(email)?.webhookKey),
    emailFrom: fixed.emailFrom ?? email.sender,
    twilioAccountSid: ownTwilio ? fixed.twilioAccountSid : sms.accountSid,
    twilioAuthToken: ownTwilio ? fixed.twilioAuthToken : sms.authToken,
    twilioAuthTokenOld: fixed.twilioAuthTokenOld ?? (ownTwilio ? undefined : former(sms)?.authToken),
    smsFrom: fixed.smsFrom ?? sms.sender,
  };
}

/** The fields that `inForce` reads of a configuration. */
export function fixedFields({
  sendgridApiKey,
  sendgridWebhookPublicKey,
  sendgridWebhookPublicKeyOld,
  emailFrom,
  twilioAccountSid,
  twilioAuthToken,
  twilioAuthTokenOld,
  smsFrom,
}: ProviderFields): ProviderFields {
  return {
    ...{ sendgridApiKey, sendgridWebhookPublicKey, sendgridWebhookPublicKeyOld, emailFrom },
    ...{ twilioAccountSid, twilioAuthToken, twilioAuthTokenOld, smsFrom },
  };
}
