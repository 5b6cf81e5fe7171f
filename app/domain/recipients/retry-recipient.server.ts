import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { isBeingCancelled, reopenRecipients } from '#db/ledger/reopen.ts';
import { inTransaction } from '#db/transaction.ts';
import { nameActor } from '../access/actor.server.ts';
import { ask } from '../access/ask.server.ts';
import { audit, maskedAddress } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { addressSentence } from '../addresses/address-reading.ts';
import { readAddress } from '../addresses/read-address.ts';
import type { CampaignStatus } from '../campaigns/campaign.ts';
import { singleRetryClosed } from '../campaigns/retry-rules.ts';
import { limitUnapproved } from '../campaigns/unapproved-messages.server.ts';
import type { Channel } from '../channel.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import { assertNotSuppressed } from '../suppressions/change-suppressions.server.ts';
import { getRecipient } from './get-recipient.server.ts';
import type { Delivery, RecipientJson, RecipientStatus } from './recipient.ts';
import { recipientRetryClosed } from './recipient-retry.ts';

interface Found {
  status: RecipientStatus;
  address: string;
  failure_code: string | null;
  delivery: Delivery | null;
  campaign_status: CampaignStatus;
  channel: Channel;
  failed_at: Date | null;
  finished_at: Date | null;
  now: Date;
}

/** The recipient, locked, with what its campaign allows; what happens is logged in the viewer's name. @throws Problem 404 */
export async function lockRecipient(client: PoolClient, viewer: Viewer, campaignId: number, id: number): Promise<Found> {
  await nameActor(client, viewer);
  const { rows } = await client.query<Found>(
    `select r.status, r.address, r.failure_code, r.delivery, c.status as campaign_status, c.channel, c.failed_at, c.finished_at, now() as now
     from recipients r join campaigns c on c.id = r.campaign_id where r.campaign_id = $1 and r.id = $2 for update of r`,
    [campaignId, id],
  );
  if (!rows[0]) throw notFound('There is no recipient');
  return rows[0];
}

/**
 * Sends to one recipient again that failed or whose message came back, to a corrected address where it was wrong. Reopens an ended campaign,
 * costs no round, and has a longer window of its own (RECIPIENT_RETRY_WINDOW_S).
 *
 * @throws Problem 404; 409 where the recipient or its campaign is in another state, after the window, or where the corrected address is a
 * recipient already or the person is on the suppression list; 422 for an address that is none; 429 beyond the corrected addresses of a day
 */
export async function retryRecipient(
  db: Database,
  viewer: Viewer,
  campaignId: number,
  id: number,
  { address, windowS }: { address?: string | null | undefined; windowS: number },
): Promise<RecipientJson> {
  ask('recipients:retry', 'people:read');
  await inTransaction(db.pool, async (client) => {
    const found = await lockRecipient(client, viewer, campaignId, id);
    const closed = recipientRetryClosed(found);
    if (closed) throw new Problem(409, 'conflict', closed);
    assertOpen(found, windowS);
    const corrected = address ? normalised(address, found.channel) : found.address;
    await assertNotSuppressed(client, found.channel, corrected);
    if (corrected !== found.address) await limitUnapproved(client, viewer);
    await client.query(
      `insert into campaign_events (campaign_id, recipient_id, kind, actor, details) values ($1, $2, 'recipient_retried', $3, $4)`,
      [
        ...[campaignId, id, viewer.label],
        corrected === found.address ? { corrected: false } : { corrected: true, from: found.address, to: corrected },
      ],
    );
    await sendAgain(client, campaignId, [id], { by: viewer.label, address: corrected });
    const { status, failure_code } = found;
    const object = { type: 'recipient', id: `${campaignId}/${id}`, name: maskedAddress(found.address) };
    const after = corrected === found.address ? null : { corrected_to: maskedAddress(corrected) };
    await audit(client, { action: 'recipient.retry', object, before: after ? null : { status, failure_code }, after });
  });
  return (await getRecipient(db, campaignId, id)).recipient;
}

function assertOpen({ campaign_status: status, failed_at, finished_at, now }: Found, windowS: number): void {
  const closed = singleRetryClosed({ status, ended_at: failed_at ?? finished_at }, now, windowS);
  if (closed) throw new Problem(409, closed.code, closed.message);
}

function normalised(raw: string, channel: Channel): string {
  const reading = readAddress(channel, raw);
  if (reading.address !== null) return reading.address;
  throw invalid([{ path: 'address', message: addressSentence(channel, reading) }]);
}

/**
 * A new round for recipients that this transaction has locked, to a corrected address where one is given.
 *
 * @throws Problem 409 while the campaign is still being cancelled, and where the address is a recipient already
 */
export async function sendAgain(
  client: PoolClient,
  campaignId: number,
  ids: readonly number[],
  how: Parameters<typeof reopenRecipients>[3],
): Promise<void> {
  if (await isBeingCancelled(client, campaignId)) {
    throw new Problem(409, 'conflict', 'The campaign is just being cancelled. Try again in half a minute.');
  }
  try {
    await reopenRecipients(client, campaignId, ids, how);
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'one_row_per_address') throw error;
    throw new Problem(409, 'address_taken', 'This address is a recipient of the campaign already.');
  }
}
