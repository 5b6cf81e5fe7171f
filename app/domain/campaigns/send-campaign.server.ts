import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import * as life from '#db/ledger/campaign-life.ts';
import { inTransaction } from '#db/transaction.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import type { Viewer } from '../access/roles.ts';
import { type CheckedContent, checkStored, isSameContent } from '../content/stored-content.server.ts';
import { conflict, invalid, Problem } from '../problem.ts';
import { isUnapproved, withApproval } from './approvers.server.ts';
import { contentHash } from './audited-draft.server.ts';
import type { CampaignJson } from './campaign.ts';
import { agoText } from './draft-changes.ts';
import { getCampaign } from './get-campaign.server.ts';
import { type LockedCampaign, lockCampaign, stateConflict } from './locked-campaign.server.ts';
import { sendTime } from './send-time.ts';
import { staleRevision } from './stale-revision.server.ts';
import { refuseWhilePreparing } from './still-preparing.ts';
import { withdrawLate, withdrawMissed } from './withdraw-approval.server.ts';

/** Senders of the configuration, for campaigns that name none. */
export interface DefaultSenders {
  emailFrom?: string | undefined;
  smsFrom?: string | undefined;
}

export interface SendRequest {
  /** A time with an offset, or wall time in `time_zone`; absent: now. */
  scheduled_at?: string | null | undefined;
  /** IANA name, kept and shown beside the time. */
  time_zone?: string | null | undefined;
  /** The revision that was reviewed; absent: whatever it is by now. */
  revision?: number | null | undefined;
}

/**
 * Sends a draft now, or at its time. From here on its content and list are fixed (unscheduling makes it a draft again).
 *
 * @throws Problem 404; 409 in another state than DRAFT, while its list is being copied or emptied, where it is another revision than the one
 * that was reviewed, where it changed at this moment, or with nobody to send to; 422 with the fields that are missing or broken
 */
export async function sendCampaign(
  db: Database,
  viewer: Viewer,
  id: number,
  senders: DefaultSenders,
  { scheduled_at, time_zone, revision }: SendRequest = {},
): Promise<CampaignJson> {
  ask('campaigns:send');
  // A check can take a second, and a lock waits for nobody: it is done before, of the content that the lock then finds.
  const checked = await checkStored(db, id);
  await withApproval(db, viewer, id, () =>
    inTransaction(db.pool, async (client) => {
      const campaign = await lockCampaign(client, viewer, id);
      if (campaign.status !== 'DRAFT') throw await alreadySent(client, campaign);
      refuseWhilePreparing(campaign, 'Send when that is done.');
      if (revision != null && revision !== campaign.revision) throw await staleRevision(client, campaign, revision, 409);
      if (campaign.pending === 0) {
        throw new Problem(409, 'nobody_to_send_to', 'This campaign has no recipients yet. Import a contact list, then send.');
      }
      const sender = readySender(campaign, senders, checked);
      const time = scheduled_at ? { at: timeOf(campaign, scheduled_at, time_zone ?? null), zone: time_zone ?? null } : null;
      await sendLocked(client, campaign, { sender, by: viewer.label, time });
    }),
  );
  return getCampaign(db, id);
}

interface Departure {
  sender: string;
  /** Whose name the campaign bears. */
  by: string;
  /** `at` in ms since 1970; null: now. */
  time: { at: number; zone: string | null } | null;
  /** Who asked, where somebody else's approval sends it. */
  askedBy?: string;
}

/** Starts or schedules a draft that the transaction has locked and that is ready. */
export async function sendLocked(client: PoolClient, campaign: LockedCampaign, { sender, by, time, askedBy }: Departure): Promise<void> {
  const { id, name, pending, total, revision } = campaign;
  if (time && time.at <= campaign.now.getTime()) throw passed();
  if (time) await life.scheduleCampaign(client, id, sender, time.at, time.zone);
  else await life.startCampaign(client, id, sender, by);
  const goesOut = { recipients: total, pending, sender, revision, content: contentHash(campaign) };
  const at = time && { scheduled_at: new Date(time.at).toISOString(), time_zone: time.zone };
  const after = { ...goesOut, ...at, ...(askedBy !== undefined && { asked_by: askedBy }) };
  await audit(client, { action: time ? 'campaign.schedule' : 'campaign.send', object: { type: 'campaign', id, name }, after });
}

/** Who was quicker, since two people or two tabs may press Send. */
async function alreadySent(client: PoolClient, { id, status }: LockedCampaign): Promise<Problem> {
  const { rows } = await client.query<{ kind: string; actor: string | null; at: Date }>(
    `select kind, actor, at from campaign_events where campaign_id = $1 and kind in ('started', 'scheduled') order by id desc limit 1`,
    [id],
  );
  const refusal = stateConflict('sent', status);
  const [event] = rows;
  if (!event) return refusal;
  const act = event.kind === 'scheduled' ? 'scheduled it' : 'sent it';
  const told = event.actor ? `${event.actor} ${act} ${agoText(Date.now() - event.at.getTime())}. ` : '';
  return new Problem(refusal.status, refusal.code, told + refusal.message);
}

/** @throws Problem 422 with everything that keeps it from being sent */
export function readySender(campaign: LockedCampaign, senders: DefaultSenders, { content, problems }: CheckedContent): string {
  if (!isSameContent(campaign, content)) throw conflict('The content or the list changed at this moment. Look at it, then send.');
  const sender = campaign.sender || (campaign.channel === 'email' ? senders.emailFrom : senders.smsFrom);
  const errors = problems
    .filter((problem) => problem.severity === 'error')
    .map((problem) => ({ path: problem.field as string, message: problem.message }));
  if (!sender) errors.push({ path: 'from', message: 'There is no sender. Enter one, or set a default in the configuration.' });
  if (!sender || errors.length > 0) throw invalid(errors, 'The campaign is not ready to be sent.');
  return sender;
}

/** @returns ms since 1970 @throws Problem 422 for what is no time, or has passed */
export function timeOf(campaign: Pick<LockedCampaign, 'now'>, at: string, timeZone: string | null): number {
  const time = sendTime(at, timeZone);
  if (typeof time !== 'number') throw invalid([time]);
  if (time <= campaign.now.getTime()) throw passed();
  return time;
}

function passed(): Problem {
  return invalid([{ path: 'scheduled_at', message: 'This time has passed. Choose a later one, or send now.' }]);
}

/** Makes a scheduled campaign a draft again, which remembers its time and zone. @throws Problem 404, 409 unless SCHEDULED */
export async function unscheduleCampaign(db: Database, viewer: Viewer, id: number): Promise<CampaignJson> {
  ask('campaigns:send');
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, viewer, id);
    if (campaign.status !== 'SCHEDULED') throw stateConflict('unscheduled', campaign.status);
    await life.unscheduleCampaign(client, id);
    const before = { scheduled_at: campaign.scheduled_at };
    await audit(client, { action: 'campaign.unschedule', object: { type: 'campaign', id, name: campaign.name }, before });
  });
  return getCampaign(db, id);
}

/** Starts a scheduled campaign ahead of its time. @throws Problem 404, 409 unless SCHEDULED */
export async function sendScheduledNow(db: Database, viewer: Viewer, id: number): Promise<CampaignJson> {
  ask('campaigns:send');
  await withApproval(db, viewer, id, () =>
    inTransaction(db.pool, async (client) => {
      const campaign = await lockCampaign(client, viewer, id);
      const { status, sender, name, total } = campaign;
      if (status !== 'SCHEDULED' || !sender) throw stateConflict('sent ahead of its time', status);
      await life.startCampaign(client, id, sender, viewer.label);
      const after = { recipients: total, sender, content: contentHash(campaign) };
      await audit(client, {
        action: 'campaign.send',
        object: { type: 'campaign', id, name },
        before: { scheduled_at: campaign.scheduled_at },
        after: { ...after, scheduled_at: null },
      });
    }),
  );
  return getCampaign(db, id);
}

/**
 * The time of a scheduled campaign has come. Does nothing where it was unscheduled, cancelled or moved to another time. One that nobody else has
 * approved, and that needs it, does not go out: it is a draft again, and says so.
 */
export async function startScheduledCampaign(db: Database, id: number, scheduledAt: string): Promise<void> {
  try {
    await inTransaction(db.pool, async (client) => {
      const { rows } = await client.query<{ sender: string }>(
        // never null: sender

        `select sender from campaigns where id = $1 and status = 'SCHEDULED' and scheduled_at = $2 for no key update`,
        [id, scheduledAt],
      );
      if (rows[0]) await life.startCampaign(client, id, rows[0].sender, 'schedule');
      else await withdrawLate(client, id, scheduledAt);
    });
  } catch (error) {
    if (!isUnapproved(error)) throw error;
    await inTransaction(db.pool, async (client) => {
      const campaign = await lockCampaign(client, null, id);
      if (campaign.status !== 'SCHEDULED' || campaign.scheduled_at?.toISOString() !== scheduledAt) return;
      await life.unscheduleCampaign(client, id);
      await withdrawMissed(client, id);
    });
  }
}
