import type { PoolClient } from 'pg';
import type { Database } from '#db/database.ts';
import * as life from '#db/ledger/campaign-life.ts';
import { inTransaction } from '#db/transaction.ts';
import { nameActor } from '../access/actor.server.ts';
import { ask } from '../access/ask.server.ts';
import { audit } from '../access/audit.server.ts';
import { refuse } from '../access/refusals.server.ts';
import { isRole, may, type Role, refusal, type Viewer } from '../access/roles.ts';
import { checkStored } from '../content/stored-content.server.ts';
import { conflict, Problem } from '../problem.ts';
import { type StoredApproval, validUntil, withdrawnText } from './approval.ts';
import { approversOf, isNobodys, isUnapproved, KEY_OF_NOBODY, needsApproval, noApprover, personOf } from './approvers.server.ts';
import { type CampaignJson, statusLabels } from './campaign.ts';
import { getCampaign } from './get-campaign.server.ts';
import { type LockedCampaign, lockCampaign } from './locked-campaign.server.ts';
import { type DefaultSenders, readySender, sendLocked, timeOf } from './send-campaign.server.ts';
import { changesSince, staleRevision } from './stale-revision.server.ts';
import { refuseWhilePreparing } from './still-preparing.ts';
import { hashOf, withdraw } from './withdraw-approval.server.ts';

export interface ApprovalRequest {
  /** The revision that was reviewed; absent: whatever it is by now. */
  revision?: number | null | undefined;
  /** When it is to go out, as for sending; absent: at once, or whenever somebody sends it. */
  scheduled_at?: string | null | undefined;
  time_zone?: string | null | undefined;
  /** Goes out, or is scheduled, by itself once it is approved. */
  send?: boolean | null | undefined;
}

/**
 * Asks somebody else to approve a campaign as it is now: its content, its settings and its list.
 *
 * @throws Problem 404; 409 in another state, as another revision, where it needs no approval, has one or waits for it, by a key that belongs to nobody,
 * and where nobody could give it; 422 as for sending
 */
export async function askForApproval(
  db: Database,
  viewer: Viewer,
  id: number,
  senders: DefaultSenders,
  request: ApprovalRequest = {},
): Promise<CampaignJson> {
  ask('campaigns:send');
  const checked = await checkStored(db, id);
  const asked = await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, viewer, id);
    const { name, status, pending, total, approval, revision } = campaign;
    if (status !== 'DRAFT' && status !== 'SCHEDULED') {
      throw conflict(`A campaign that is ${statusLabels[status].toLowerCase()} needs no approval any more.`);
    }
    refuseWhilePreparing(campaign, 'Ask when that is done.');
    if (request.revision != null && request.revision !== revision) throw await staleRevision(client, campaign, request.revision, 409);
    if (pending === 0) throw new Problem(409, 'nobody_to_send_to', 'This campaign has no recipients yet. Import a contact list, then ask.');
    const sender = readySender(campaign, senders, checked);
    if (!(await needsApproval(client, total, viewer))) {
      throw conflict('This campaign needs no approval when you send it.', 'approval_not_needed');
    }
    const person = await personOf(client, viewer);
    if (isNobodys(person)) {
      const why = 'This API key belongs to nobody, so nobody would have asked. Ask in the browser, as yourself, or with a key of your own.';
      throw conflict(why, 'nobody_asks');
    }
    if (approval?.state === 'waiting') throw conflict(`${approval.asked_by} has asked for it already.`, 'approval_waiting');
    const hash = await hashOf(client, id, sender);
    if (approval?.state === 'approved' && approval.hash === hash && Date.parse(approval.valid_until ?? '') > campaign.now.getTime()) {
      throw conflict(`${approval.approved_by} has approved it already, as it is. Send it.`, 'approved');
    }
    if ((await approversOf(client, id, person)).length === 0) return false;

    const planned = request.scheduled_at ? timeOf(campaign, request.scheduled_at, request.time_zone ?? null) : null;
    const scheduledAt = status === 'SCHEDULED' ? campaign.scheduled_at : planned === null ? null : new Date(planned);
    const next: StoredApproval = {
      ...{ state: 'waiting', hash, revision, people: total, sender },
      ...{ asked_by: viewer.label, asked_by_id: person, asked_as: viewer.id, asked_at: campaign.now.toISOString() },
      ...{ scheduled_at: scheduledAt?.toISOString() ?? null, time_zone: (planned !== null && request.time_zone) || null },
      send: status === 'DRAFT' && request.send === true,
    };
    await client.query('update campaigns set approval = $2 where id = $1', [id, next]);
    // Its time tells whether somebody has answered by then.
    if (status === 'DRAFT' && scheduledAt) await life.wakeCampaign(client, id, scheduledAt);
    const after = { hash, recipients: total, sender, revision, scheduled_at: next.scheduled_at, send: next.send };
    await audit(client, { action: 'campaign.ask', object: { type: 'campaign', id, name }, after });
    return true;
  });
  if (!asked) throw await noApprover(db, id);
  return getCampaign(db, id);
}

/** What somebody saw who decides. */
export interface SeenVersion {
  hash: string;
  /** Of the approval that they saw: the same hash can be asked for twice, with another one between them. Absent: whichever. */
  revision?: number | null | undefined;
}

/**
 * Approves exactly what was asked for, in the name of a person who has not had their hands in it. Where that was asked for it goes out, or is scheduled.
 *
 * @param seen what the approver saw
 * @throws Problem 403 for one's own, and for whoever may not; 404; 409 where it is not what they saw any more, with what changed, or was decided already
 */
export async function approveCampaign(
  db: Database,
  viewer: Viewer,
  id: number,
  senders: DefaultSenders,
  seen: SeenVersion,
): Promise<CampaignJson> {
  ask('campaigns:approve');
  refuseKeys(viewer);
  const checked = await checkStored(db, id);
  // What goes out by it passes the gate in the same transaction, which hashes it (db/definitions/approvals.sql): a long list takes a second.
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, viewer, id);
    const approval = await waitingFor(client, campaign, seen);
    const { hash } = approval;
    await refuseOwn(client, campaign, viewer.id, await approver(client, viewer));
    const sends = approval.send && campaign.status === 'DRAFT';
    const sender = { id: approval.asked_as ?? approval.asked_by_id ?? '', label: approval.asked_by };
    const gated = sends && (await needsApproval(client, campaign.total, sender));
    if (!gated && (await hashOf(client, id, approval.sender)) !== hash) throw await changed(client, campaign, approval);

    const now = campaign.now.getTime();
    const next: StoredApproval = {
      ...{ ...approval, state: 'approved', approved_by: viewer.label, approved_by_id: viewer.id },
      ...{ approved_at: campaign.now.toISOString(), valid_until: validUntil(approval.scheduled_at, now) },
    };
    await client.query('update campaigns set approval = $2 where id = $1', [id, next]);
    const after = { hash, recipients: campaign.total, asked_by: approval.asked_by, valid_until: next.valid_until, sends };
    await audit(client, { action: 'campaign.approve', object: { type: 'campaign', id, name: campaign.name }, after });
    if (sends) {
      await nameActor(client, sender);
      const by = sender.label;
      const time = approval.scheduled_at ? { at: Date.parse(approval.scheduled_at), zone: approval.time_zone } : null;
      await sendLocked(client, campaign, { sender: readySender(campaign, senders, checked), by, time, askedBy: by });
    }
  }).catch(async (error: unknown) => {
    if (!isUnapproved(error)) throw error;
    throw await inTransaction(db.pool, async (client) => {
      const campaign = await lockCampaign(client, viewer, id);
      return changed(client, campaign, await waitingFor(client, campaign, seen));
    });
  });
  return getCampaign(db, id);
}

/**
 * Says no, with a word to who asked; a scheduled campaign is a draft again. Whoever asked takes it back by this.
 *
 * @throws Problem 403, 404, 409 as for approving
 */
export async function declineCampaign(
  db: Database,
  viewer: Viewer,
  id: number,
  { note, ...seen }: SeenVersion & { note?: string | null | undefined },
): Promise<CampaignJson> {
  ask('campaigns:approve');
  refuseKeys(viewer);
  await inTransaction(db.pool, async (client) => {
    const campaign = await lockCampaign(client, viewer, id);
    const approval = await waitingFor(client, campaign, seen);
    const own = viewer.id === approval.asked_by_id;
    if (own) {
      await withdraw(client, id, 'taken_back', viewer);
    } else {
      await approver(client, viewer);
      const next: StoredApproval = {
        ...{ ...approval, state: 'declined', declined_by: viewer.label, declined_at: campaign.now.toISOString() },
        note: note?.trim() || null,
      };
      await client.query('update campaigns set approval = $2 where id = $1', [id, next]);
    }
    if (campaign.status === 'SCHEDULED') await life.unscheduleCampaign(client, id);
    const after = { hash: approval.hash, asked_by: approval.asked_by, note: note?.trim() || null, taken_back: own };
    await audit(client, { action: 'campaign.decline', object: { type: 'campaign', id, name: campaign.name }, after });
  });
  return getCampaign(db, id);
}

/** @throws Problem 409 where there is nothing to decide any more, or something else */
async function waitingFor(client: PoolClient, campaign: LockedCampaign, { hash, revision }: SeenVersion): Promise<StoredApproval> {
  const { approval, status } = campaign;
  if (!approval) throw conflict('Nobody has asked for an approval of this campaign.', 'not_asked');
  const same = approval.hash === hash && (revision == null || revision === approval.revision);
  if (same && (approval.state === 'approved' || approval.state === 'declined')) {
    const who = approval.state === 'approved' ? `${approval.approved_by} has approved it` : `${approval.declined_by} has declined it`;
    throw conflict(`${who} already.`, 'decided');
  }
  if (status !== 'DRAFT' && status !== 'SCHEDULED') {
    throw conflict(`It is ${statusLabels[status].toLowerCase()} by now, so there is nothing to approve any more.`, 'decided');
  }
  if (same && approval.state === 'waiting') return approval;
  throw await changed(client, campaign, approval);
}

async function changed(client: PoolClient, campaign: LockedCampaign, approval: StoredApproval): Promise<Problem> {
  const changes = await changesSince(client, campaign.id, approval.revision);
  const what =
    approval.state === 'withdrawn' && approval.withdrawn_why
      ? withdrawnText({ why: approval.withdrawn_why, by: approval.withdrawn_by, fields: approval.fields, approver: approval.approved_by })
      : 'It is not what you saw any more.';
  const advice = approval.state === 'waiting' ? 'Look at it as it is now, then decide.' : 'It has to be asked for again.';
  return new Problem(409, 'approval_changed', `${what} Nothing was approved. ${advice}`, {
    details: { hash: approval.state === 'waiting' ? approval.hash : null, revision: campaign.revision, changes },
  });
}

/** Whoever has a key is not always whose it is. @throws Problem 403 */
function refuseKeys({ via }: Viewer): void {
  if (via !== 'key') return;
  const why = 'Approve in the browser, as yourself: an API key approves and declines nothing.';
  refuse({ action: 'access.use', refused: why, object: { type: 'permission', id: 'campaigns:approve' } });
  throw new Problem(403, 'forbidden', why);
}

/** The role by now of the person who decides. @throws Problem 403 */
async function approver(client: PoolClient, viewer: Viewer): Promise<Role> {
  const { rows } = await client.query<{ role: string | null; banned: boolean }>(
    'select role, coalesce(banned, false) as banned from app_users where id::text = $1',
    [viewer.id],
  );
  const role = rows[0]?.role;
  if (!isRole(role) || rows[0]?.banned || !may({ role }, 'campaigns:approve')) {
    throw new Problem(403, 'forbidden', refusal({ role: isRole(role) ? role : viewer.role }, 'campaigns:approve'));
  }
  return role;
}

/** @throws Problem 403 own_approval */
async function refuseOwn(client: PoolClient, { id, approval }: LockedCampaign, person: string, role: Role): Promise<void> {
  const own = (why: string) => new Problem(403, 'own_approval', `${why} Somebody else has to approve it.`);
  if (approval?.asked_by_id === person) throw own('You asked for this approval.');
  if (approval?.asked_by_id && isNobodys(approval.asked_by_id) && role === 'admin') throw own(KEY_OF_NOBODY);
  const { rowCount } = await client.query('select from campaign_editors where campaign_id = $1 and person = $2', [id, person]);
  if (rowCount) throw own('You made or changed this campaign yourself.');
}
