import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Viewer } from '../access/roles.ts';
import { checkContent } from '../content/check-content.ts';
import { Problem } from '../problem.ts';
import { type CampaignJson, type CampaignStatus, type Channel, statusLabels } from './campaign.ts';
import { getCampaign } from './get-campaign.server.ts';

/** Senders of the configuration, for campaigns that name none. */
export interface DefaultSenders {
  emailFrom?: string | undefined;
  smsFrom?: string | undefined;
}

interface LockedCampaign {
  id: number;
  name: string;
  channel: Channel;
  status: CampaignStatus;
  pending: number;
  subject: string | null;
  html: string | null;
  text: string | null;
  sender: string | null;
  variables: string[];
}

/** The campaign's row, locked until the transaction ends. Only its own row changes here; a task moves the recipients (lock order). */
async function lockCampaign(client: PoolClient, id: number): Promise<LockedCampaign> {
  const { rows } = await client.query<LockedCampaign>(
    'select id, name, channel, status, pending, subject, html, text, sender, variables from campaigns where id = $1 for no key update',
    [id],
  );
  if (!rows[0]) throw new Problem(404, 'not_found', 'This campaign does not exist.');
  return rows[0];
}

function conflict(act: string, status: CampaignStatus): Problem {
  return new Problem(409, 'conflict', `A campaign that is ${statusLabels[status].toLowerCase()} cannot be ${act}.`);
}

/**
 * Starts a draft: from here on its content and list are fixed, and dispatch_campaign queues its recipients.
 *
 * @throws Problem 404; 409 in another state than DRAFT or with nobody to send to; 422 with the fields that are missing or broken
 */
export async function sendCampaign(db: Database, viewer: Viewer, id: number, senders: DefaultSenders): Promise<CampaignJson> {
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, id);
    if (campaign.status !== 'DRAFT') throw conflict('sent', campaign.status);
    if (campaign.pending === 0) {
      throw new Problem(409, 'nobody_to_send_to', 'This campaign has no recipients yet. Import a contact list, then send.');
    }
    const sender = campaign.sender || (campaign.channel === 'email' ? senders.emailFrom : senders.smsFrom);
    const errors = checkContent(campaign)
      .filter((problem) => problem.severity === 'error')
      .map((problem) => ({ path: problem.field as string, message: problem.message }));
    if (!sender) errors.push({ path: 'from', message: 'There is no sender. Enter one, or set a default in the configuration.' });
    if (errors.length > 0) throw new Problem(422, 'invalid', 'The campaign is not ready to be sent.', { errors });

    await client.query(
      `update campaigns set status = 'SENDING', sender = $2, started_at = now(), started_by = $3, dispatch_requested = true where id = $1`,
      [id, sender, viewer.label],
    );
    await requestDispatch(client, id);
  });
  return getCampaign(db, id);
}

/** Stops claims at once; what is in flight still ends. @throws Problem 404, 409 unless SENDING */
export async function pauseCampaign(db: Database, _viewer: Viewer, id: number): Promise<CampaignJson> {
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, id);
    if (campaign.status !== 'SENDING') throw conflict('paused', campaign.status);
    await client.query(`update campaigns set status = 'PAUSED', moving = true, dispatch_requested = false where id = $1`, [id]);
    await requestMove(client, id);
  });
  return getCampaign(db, id);
}

/** Goes on where it was paused. @throws Problem 404, 409 unless PAUSED */
export async function resumeCampaign(db: Database, _viewer: Viewer, id: number): Promise<CampaignJson> {
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, id);
    if (campaign.status !== 'PAUSED') throw conflict('resumed', campaign.status);
    await client.query(`update campaigns set status = 'SENDING', dispatch_requested = true where id = $1`, [id]);
    await client.query('select end_campaign_if_done(c) from campaigns c where id = $1', [id]);
    await requestDispatch(client, id);
  });
  return getCampaign(db, id);
}

/** Ends it for good: whoever was not tried is cancelled, what is in flight still ends. @throws Problem 404, 409 unless SENDING or PAUSED */
export async function cancelCampaign(db: Database, _viewer: Viewer, id: number): Promise<CampaignJson> {
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, id);
    if (campaign.status !== 'SENDING' && campaign.status !== 'PAUSED') throw conflict('cancelled', campaign.status);
    await client.query(
      `update campaigns set status = 'CANCELLED', finished_at = now(), moving = true, dispatch_requested = false where id = $1`,
      [id],
    );
    await requestMove(client, id);
  });
  return getCampaign(db, id);
}

async function requestDispatch(client: PoolClient, id: number): Promise<void> {
  await client.query(`select graphile_worker.add_job('dispatch_campaign', json_build_object('campaign_id', $1::bigint), priority => -20)`, [
    id,
  ]);
}

async function requestMove(client: PoolClient, id: number): Promise<void> {
  await client.query(`select graphile_worker.add_job('move_recipients', json_build_object('campaign_id', $1::bigint), priority => -20)`, [
    id,
  ]);
}
