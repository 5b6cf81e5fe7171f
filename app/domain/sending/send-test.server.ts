import { RateLimiterRes } from 'rate-limiter-flexible';
import type { OutgoingMessage, SendResult } from '#app/providers/provider.ts';
import { createProviders, type ProviderSettings } from '#app/providers/providers.server.ts';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit, maskedAddress } from '../access/audit.server.ts';
import type { Auth } from '../access/auth.server.ts';
import type { Viewer } from '../access/roles.ts';
import { addressSentence } from '../addresses/address-reading.ts';
import { readAddress } from '../addresses/read-address.ts';
import { contentHash } from '../campaigns/audited-draft.server.ts';
import { getCampaign } from '../campaigns/get-campaign.server.ts';
import { limitUnapproved } from '../campaigns/unapproved-messages.server.ts';
import type { Channel } from '../channel.ts';
import { previewMessage } from '../content/preview-message.server.ts';
import { readGate } from '../limits/provider-gates.server.ts';
import { conflict, invalid, Problem } from '../problem.ts';
import { testUnsubscribeUrl, unsubscribeHeaders } from '../unsubscribe/unsubscribe-link.server.ts';
import type { TestResult } from './test-result.ts';

/** What it needs of the server. */
interface TestNeeds {
  db: Database;
  auth: Auth;
  env: ProviderSettings & { emailFrom?: string | undefined; smsFrom?: string | undefined };
}

/**
 * Sends the campaign as one recipient, else the first, would get it to another address, now and once: no retry, nothing in the ledger. Its subject
 * says that it is a test; whoever is on the suppression list gets none.
 *
 * @throws Problem 404; 409 where the channel has no provider or is stopped, or the address is suppressed; 422 for a bad address or content; 429 after 10 in a minute
 */
export async function sendTest(
  { db, env, auth }: TestNeeds,
  viewer: Viewer,
  id: number,
  address: string,
  recipientId?: number,
): Promise<TestResult> {
  ask('campaigns:send');
  const campaign = await getCampaign(db, id);
  const to = normalise(campaign.channel, address);
  const from = campaign.from ?? (campaign.channel === 'email' ? env.emailFrom : env.smsFrom);
  if (!from) throw invalid([{ path: 'from', message: 'There is no sender. Enter one, or set a default in the configuration.' }]);
  await refuseStopped(db, campaign.channel);
  await refuseSuppressed(db, campaign.channel, to);
  const unsubscribeUrl = testUnsubscribeUrl(env.baseUrl);
  const content = await render(db, id, recipientId, unsubscribeUrl);
  await limit(auth, viewer);
  await inTransaction(db.pool, async (client) => {
    await limitUnapproved(client, viewer);
    const after = { to: maskedAddress(to), content: contentHash(campaign) };
    await audit(client, { action: 'campaign.test', object: { type: 'campaign', id, name: campaign.name }, after });
  });
  const providers = createProviders(env);
  try {
    const provider = providers[campaign.channel];
    if (!provider) throw conflict(`No provider is configured for ${campaign.channel === 'email' ? 'email' : 'SMS'}.`, 'configuration');
    return toJson(
      await provider.send({ ...(await testIdentity(db, id)), to, from, ...content, headers: unsubscribeHeaders(unsubscribeUrl) }),
    );
  } finally {
    await providers.close();
  }
}

async function refuseStopped(db: Database, channel: Channel): Promise<void> {
  if ((await readGate(db.pool, channel)).rate !== 0) return;
  throw conflict(`${channel === 'email' ? 'Email' : 'SMS'} is stopped in the settings.`, 'channel_stopped');
}

function normalise(channel: Channel, raw: string): string {
  const reading = readAddress(channel, raw);
  if (reading.address !== null) return reading.address;
  throw invalid([{ path: 'address', message: addressSentence(channel, reading) }]);
}

/** Nobody who left, or whose address bounced, gets a message, a test neither. */
async function refuseSuppressed(db: Database, channel: Channel, address: string): Promise<void> {
  const { rowCount } = await db.pool.query('select from suppressions where channel = $1 and address = $2', [channel, address]);
  if (rowCount) throw conflict('This address is on the suppression list, so nothing was sent. Use another one for tests.', 'suppressed');
}

async function render(
  db: Database,
  id: number,
  recipientId: number | undefined,
  unsubscribeUrl: string,
): Promise<Pick<OutgoingMessage, 'subject' | 'html' | 'text'>> {
  const { subject, html, text, problems } = await previewMessage(db, id, recipientId, {}, unsubscribeUrl);
  if (html === null && text === null) {
    throw invalid(problems.filter(({ severity }) => severity === 'error').map(({ field, message }) => ({ path: field, message })));
  }
  return { ...(subject !== null && { subject: `[Test] ${subject}` }), ...(html !== null && { html }), ...(text !== null && { text }) };
}

async function limit(auth: Auth, viewer: Viewer): Promise<void> {
  try {
    await auth.testSends.consume(viewer.id);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    throw new Problem(429, 'rate_limited', 'More than 10 test messages in a minute. Wait a little, then try again.', {
      retryAfterS: refused.msBeforeNext / 1000,
    });
  }
}

/** An attempt number that no attempt will have, and a recipient that cannot be: events of a test match nothing in the ledger. */
async function testIdentity(
  db: Database,
  campaignId: number,
): Promise<Pick<OutgoingMessage, 'campaignId' | 'recipientId' | 'round' | 'attemptId'>> {
  const { rows } = await db.pool.query<{ id: number }>(`select nextval('attempt_ids') as id`);
  const attemptId = rows[0]?.id as number;
  return { campaignId, recipientId: -attemptId, round: 0, attemptId };
}

function toJson(result: SendResult): TestResult {
  if (result.outcome === 'accepted') {
    const { outcome, httpStatus, providerMessageId } = result;
    return { outcome, http_status: httpStatus, provider_code: null, reason: null, provider_message_id: providerMessageId };
  }
  const { outcome, httpStatus, providerCode, reason } = result;
  return { outcome, http_status: httpStatus, provider_code: providerCode, reason, provider_message_id: null };
}
