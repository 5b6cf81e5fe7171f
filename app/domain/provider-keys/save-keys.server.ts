import type { PoolClient } from 'pg';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { readPublicKey } from '#app/providers/signatures.server.ts';
import { type KeyTrial, trySendGridKey, tryTwilioKeys } from '#app/providers/try-keys.server.ts';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import type { Channel } from '../channel.ts';
import { parseInput } from '../parse-input.ts';
import { conflict, invalid, notFound, Problem } from '../problem.ts';
import type { FollowedKeys } from './follow-keys.server.ts';
import { emailKeys, smsKeys } from './keys-input.ts';
import type { FormField, ProviderForm, SavedKeys } from './provider-keys.ts';
import { type KeyRow, readKeys, type StoredKeys, writeKeys } from './stored-keys.server.ts';

/** What was replaced is believed so long beside the new: providers repeat their reports for a day, and Twilio's second token is promoted by hand. */
const FORMER_HOURS = 72;

export const providerNames: Record<Channel, string> = { email: 'SendGrid', sms: 'Twilio' };

interface Needs {
  db: Database;
  /** Counts what a person has tried. */
  auth: { testSends: { consume(key: string): Promise<unknown> } };
  env: { sendgridBaseUrl: string; twilioBaseUrl: string };
  keys: FollowedKeys;
}

/** What the page shows of both providers. @throws SealProblem */
export async function providerForms({ db, keys: { fixed } }: Pick<Needs, 'db' | 'keys'>): Promise<ProviderForm[]> {
  ask('settings:write');
  const saved = await readKeys(db.pool, db.seals);
  return [
    {
      channel: 'email',
      fixed: given({ api_key: fixed.sendgridApiKey, webhook_key: fixed.sendgridWebhookPublicKey, sender: fixed.emailFrom }),
      saved: summary(saved.email),
    },
    {
      channel: 'sms',
      fixed: given({ account_sid: fixed.twilioAccountSid, auth_token: fixed.twilioAuthToken, sender: fixed.smsFrom }),
      saved: summary(saved.sms),
    },
  ];
}

/** Which are set; of senders also how. */
function given(fields: Partial<Record<FormField, string | undefined>>): ProviderForm['fixed'] {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, name === 'sender' ? value : '']])),
  );
}

function summary(row: KeyRow | undefined): SavedKeys | null {
  if (!row) return null;
  const { apiKey, webhookKey, accountSid, authToken, former, sender } = row.keys;
  return {
    api_key: apiKey !== undefined,
    webhook_key: webhookKey !== undefined,
    account_sid: accountSid ?? null,
    auth_token: authToken !== undefined,
    sender: sender ?? null,
    saved_at: row.savedAt.toISOString(),
    saved_by: row.savedBy,
    former_until: former && former.until > Date.now() ? new Date(former.until).toISOString() : null,
  };
}

/**
 * Saves what was entered, once the provider has said that it takes it; from then on every process uses it, within a second. An empty field keeps
 * what is saved.
 *
 * @returns what else the provider says of the account
 * @throws Problem 409 `no_secrets_key` where nothing can be kept encrypted, 422 with the provider's refusal, 429 after 10 in a minute
 */
export async function saveKeys(
  needs: Needs,
  viewer: Viewer,
  channel: Channel,
  form: Record<string, string>,
): Promise<{ note: string | null }> {
  ask('settings:write');
  const { db, keys } = needs;
  if (!db.seals.active)
    throw conflict(
      'Keys are only kept encrypted, and SECRETS_KEY is not set. Let somebody set it, or set the keys in the environment.',
      'no_secrets_key',
    );
  const entered = channel === 'email' ? readEmail(form, keys.fixed) : readSms(form, keys.fixed);
  const before = (await readKeys(db.pool, db.seals))[channel]?.keys ?? {};
  const note = await tried(needs, viewer, channel, { ...before, ...entered }, entered);
  await inTransaction(db.pool, async (client) => {
    const former = (await readKeys(client, db.seals, true))[channel]?.keys ?? {};
    const now = replaced(former, { ...former, ...entered });
    await writeKeys(client, db.seals, channel, now, viewer.label);
    await tell(client, 'provider.change', channel, viewer, former, now);
  });
  await keys.reload();
  return { note };
}

/** Nothing is sent over this channel then, unless the environment has keys. @throws Problem 404 */
export async function removeKeys({ db, keys }: Needs, viewer: Viewer, channel: Channel): Promise<void> {
  ask('settings:write');
  await inTransaction(db.pool, async (client) => {
    const former = (await readKeys(client, db.seals, true))[channel];
    if (!former) throw notFound('There are no keys');
    await client.query('delete from provider_keys where channel = $1', [channel]);
    await tell(client, 'provider.remove', channel, viewer, former.keys, {});
  });
  await keys.reload();
}

/** No value of a secret: only whether there is one, and whether it is another. */
async function tell(
  client: PoolClient,
  action: 'provider.change' | 'provider.remove',
  channel: Channel,
  viewer: Viewer,
  before: StoredKeys,
  after: StoredKeys,
): Promise<void> {
  const shown = ({ apiKey, webhookKey, accountSid, authToken, sender }: StoredKeys) => ({
    account: accountSid ?? null,
    sender: sender ?? null,
    key: (apiKey ?? authToken) !== undefined,
    verification_key: webhookKey !== undefined,
  });
  const another = (['apiKey', 'webhookKey', 'authToken'] as const).filter((name) => before[name] !== after[name]);
  await audit(client, {
    action,
    actor: viewer,
    object: { type: 'provider', id: channel, name: providerNames[channel] },
    before: shown(before),
    after: { ...shown(after), changed: another },
  });
}

/** What signs the provider's reports is believed for a while after it was replaced. */
function replaced(before: StoredKeys, now: StoredKeys): StoredKeys {
  const webhookKey = before.webhookKey !== now.webhookKey ? before.webhookKey : undefined;
  const authToken = before.authToken !== now.authToken && before.accountSid === now.accountSid ? before.authToken : undefined;
  if (webhookKey === undefined && authToken === undefined) return now;
  return { ...now, former: { webhookKey, authToken, until: Date.now() + FORMER_HOURS * 3_600_000 } };
}

function readEmail(form: Record<string, string>, fixed: FollowedKeys['fixed']): StoredKeys {
  const { api_key, webhook_key, sender } = parseInput(emailKeys, fieldsOf(form, ['api_key', 'webhook_key', 'sender']));
  if (webhook_key !== undefined && !isPublicKey(webhook_key))
    throw invalid([{ path: 'webhook_key', message: 'This is no verification key. Copy it from SendGrid once more, all of it.' }]);
  return entered({
    apiKey: fixed.sendgridApiKey === undefined ? api_key : undefined,
    webhookKey: fixed.sendgridWebhookPublicKey === undefined ? webhook_key : undefined,
    sender: fixed.emailFrom === undefined ? sender : undefined,
  });
}

function readSms(form: Record<string, string>, fixed: FollowedKeys['fixed']): StoredKeys {
  const { account_sid, auth_token, sender } = parseInput(smsKeys, fieldsOf(form, ['account_sid', 'auth_token', 'sender']));
  const own = fixed.twilioAccountSid === undefined;
  return entered({
    accountSid: own ? account_sid : undefined,
    authToken: own ? auth_token : undefined,
    sender: fixed.smsFrom === undefined ? sender : undefined,
  });
}

const fieldsOf = (form: Record<string, string>, names: readonly FormField[]) =>
  Object.fromEntries(names.map((name) => [name, form[name] ?? '']));

const entered = (keys: StoredKeys): StoredKeys => Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));

function isPublicKey(text: string): boolean {
  try {
    readPublicKey(text);
    return true;
  } catch {
    return false;
  }
}

/** Asks the provider where a key is another one. @returns its note. @throws Problem 422, 429 */
async function tried(
  { auth, env, keys: { fixed } }: Needs,
  viewer: Viewer,
  channel: Channel,
  { apiKey, accountSid, authToken }: StoredKeys,
  entered: StoredKeys,
): Promise<string | null> {
  if (channel === 'email') {
    if (fixed.sendgridApiKey !== undefined) return null;
    if (apiKey === undefined) throw invalid([{ path: 'api_key', message: 'Enter the API key.' }]);
    if (entered.apiKey === undefined) return null;
    return outcome('api_key', await limited(auth, viewer, () => trySendGridKey({ apiKey, baseUrl: env.sendgridBaseUrl })));
  }
  if (fixed.twilioAccountSid !== undefined) return null;
  if (accountSid === undefined) throw invalid([{ path: 'account_sid', message: 'Enter the account SID.' }]);
  if (authToken === undefined) throw invalid([{ path: 'auth_token', message: 'Enter the auth token.' }]);
  if (entered.accountSid === undefined && entered.authToken === undefined) return null;
  return outcome('auth_token', await limited(auth, viewer, () => tryTwilioKeys({ accountSid, authToken, baseUrl: env.twilioBaseUrl })));
}

function outcome(path: FormField, trial: KeyTrial): string | null {
  if (trial.takes) return trial.note;
  throw invalid([{ path, message: `${trial.reason} Nothing was saved.` }]);
}

async function limited<T>(auth: Needs['auth'], viewer: Viewer, call: () => Promise<T>): Promise<T> {
  try {
    await auth.testSends.consume(`keys ${viewer.id}`);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    throw new Problem(429, 'rate_limited', 'More than 10 tries in a minute. Wait a little, then try again.', {
      retryAfterS: refused.msBeforeNext / 1_000,
    });
  }
  return call();
}
