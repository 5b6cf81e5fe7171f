import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { may, type Viewer } from '../access/roles.ts';
import { type ApprovalJson, approvalJson, type StoredApproval } from '../campaigns/approval.ts';
import type { AlertType, NotificationJson } from './alert.ts';

/** The bell shows so many, of the last days. */
const SHOWN = 30;
const SHOWN_DAYS = 30;

type Reader = Pick<Viewer, 'id' | 'role' | 'via'>;

interface Row {
  id: number;
  type: AlertType;
  at: Date;
  read: boolean;
  campaign: NotificationJson['campaign'];
  provider: NotificationJson['provider'];
  endpoint: NotificationJson['endpoint'];
  key: NotificationJson['key'] | null;
  approval: StoredApproval | null;
  settled: boolean;
}

/** Who gets it, beside those of its kind. */
export interface Told {
  notification: NotificationJson;
  /** A person: who asked, of what is told to who asked, and who is not told of what they asked for. */
  asker: string | null;
}

const settled = `(case
  when a.type in ('campaign.sent', 'campaign.approved', 'campaign.declined', 'campaign.approval_withdrawn') then false
  when a.type = 'campaign.approval_requested' then not exists (select from campaigns c where c.id = a.campaign_id and c.status in ('DRAFT', 'SCHEDULED')
    and c.approval ->> 'state' = 'waiting' and c.approval ->> 'hash' = a.data -> 'campaign' -> 'approval' ->> 'hash')
  when a.type = 'campaign.no_approver' then not exists (select from campaigns c where c.id = a.campaign_id and c.status in ('DRAFT', 'SCHEDULED'))
  when a.campaign_id is not null then exists (select from campaigns c where c.id = a.campaign_id and c.status = 'SENT')
  when a.type = 'provider.degraded' then not exists
    (select from provider_gates g where g.channel::text = a.data -> 'provider' ->> 'channel' and g.held_since is not null)
  when a.type = 'key.ending' then not exists
    (select from api_keys k where k.id = (a.data -> 'key' ->> 'id')::bigint and k.revoked_at is null and k.expires_at > now())
  else false end)`;

const APPROVALS = `'campaign.approval_requested', 'campaign.approved', 'campaign.declined', 'campaign.approval_withdrawn'`;
const asker = `a.data -> 'campaign' -> 'approval' ->> 'asked_by_id'`;

// Of the campaign's snapshot only what a notification says; the rest can be large.
const columns = `a.id, a.type, a.at,
  case when a.campaign_id is not null then jsonb_build_object('id', a.campaign_id, 'name', a.data -> 'campaign' -> 'name',
    'status', a.data -> 'campaign' -> 'status', 'unreached', coalesce(a.data -> 'unreached', '0'),
    'people', (a.data -> 'campaign' ->> 'total')::integer - (a.data -> 'campaign' ->> 'suppressed')::integer) end as campaign,
  a.data -> 'provider' as provider, a.data -> 'endpoint' as endpoint, a.data -> 'key' as key,
  case when a.type in (${APPROVALS}) then a.data -> 'campaign' -> 'approval' end as approval, ${settled} as settled`;

// Of a campaign the last word alone: what came of a retry takes the place of what was told before it.
const recent = `a.shown and (a.campaign_id is null
    or not exists (select from alerts later where later.campaign_id = a.campaign_id and later.shown and later.id > a.id))
  and a.at > now() - ${SHOWN_DAYS} * interval '1 day' and case
    when a.type like 'webhook.%' or a.type in ('campaign.no_approver', 'approval.loosened') then $2
    when a.type like 'key.%' then $2 or exists (select from api_keys k where k.id = (a.data -> 'key' ->> 'id')::bigint and k.owner_id = $1::uuid)
    when a.type = 'campaign.approval_requested' then $3 and ${asker} is distinct from $1::uuid::text
    when a.type in (${APPROVALS}) then ${asker} = $1::uuid::text else true end`;

// What happened before somebody came is no news to them.
const read = `(exists (select from notification_reads where user_id = $1::uuid and alert_id = a.id)
  or exists (select from app_users where id = $1::uuid and created_at > a.at))`;

function toJson({ approval, key, ...row }: Row): NotificationJson {
  const kept = approvalJson(approval, null, false);
  return { ...row, at: row.at.toISOString(), approval: kept && spoken(kept), ...(key && { key }) };
}

function spoken({ people, asked_by, approved_by, declined_by, note, withdrawn_why, send }: ApprovalJson): NotificationJson['approval'] {
  return { people, asked_by, approved_by, declined_by, note, withdrawn_why, send };
}

/** Programs read nothing: what a key's user id would be is no person's. */
function parametersOf(viewer: Reader): [string | null, boolean, boolean] {
  return [viewer.via === 'session' ? viewer.id : null, may(viewer, 'settings:write'), may(viewer, 'campaigns:approve')];
}

/** Newest first, of the last 30 days at most, with how many of all of those this person has not read. */
export async function listNotifications(db: Database, viewer: Reader): Promise<{ notifications: NotificationJson[]; unread: number }> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<Row>(
    `select ${columns}, ${read} as read
     from alerts a where ${recent} order by a.id desc limit ${SHOWN}`,
    parametersOf(viewer),
  );
  return { notifications: rows.map(toJson), unread: await countUnread(db, viewer) };
}

export async function countUnread(db: Database, viewer: Reader): Promise<number> {
  ask('campaigns:read');
  const { rows } = await db.pool.query<{ unread: number }>(
    `select count(*)::integer as unread from alerts a
     where ${recent} and not ${settled} and not ${read}`,
    parametersOf(viewer),
  );
  return rows[0]?.unread ?? 0;
}

/** Marks one as read, all that there are, or all about a campaign. What is gone or not theirs to see is left alone. */
export async function markRead(db: Database, viewer: Reader, which: number | 'all' | { campaign: number }): Promise<void> {
  ask('campaigns:read');
  const id = typeof which === 'number' ? which : null;
  const campaign = typeof which === 'object' ? which.campaign : null;
  await db.pool.query(
    `insert into notification_reads (user_id, alert_id)
     select $1::uuid, a.id from alerts a where ${recent} and ($4::bigint is null or a.id = $4)
       and ($5::bigint is null or a.campaign_id = $5) and $1 is not null
     on conflict do nothing`,
    [...parametersOf(viewer), id, campaign],
  );
}

/** One notification, for telling open pages; unread for everybody. Null where it is gone. */
export async function getNotification(db: Database, id: number): Promise<Told | null> {
  const { rows } = await db.pool.query<Row & { asker: string | null }>(
    `select ${columns}, false as read, ${asker} as asker from alerts a where a.id = $1 and a.shown`,
    [id],
  );
  if (!rows[0]) return null;
  const { asker: asked, ...row } = rows[0];
  return { notification: toJson(row), asker: asked };
}
