import type { Database } from '#db/database.ts';
import { ask } from '../access/ask.server.ts';
import { may, type Viewer } from '../access/roles.ts';
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
  settled: boolean;
}

const settled = `(case
  when a.type = 'campaign.sent' then false
  when a.campaign_id is not null then exists (select from campaigns c where c.id = a.campaign_id and c.status = 'SENT')
  when a.type = 'provider.degraded' then not exists
    (select from provider_gates g where g.channel::text = a.data -> 'provider' ->> 'channel' and g.held_since is not null)
  when a.type = 'key.ending' then not exists
    (select from api_keys k where k.id = (a.data -> 'key' ->> 'id')::bigint and k.revoked_at is null and k.expires_at > now())
  else false end)`;

// Of the campaign's snapshot only what a notification says; the rest can be large.
const columns = `a.id, a.type, a.at,
  case when a.campaign_id is not null then jsonb_build_object('id', a.campaign_id, 'name', a.data -> 'campaign' -> 'name',
    'status', a.data -> 'campaign' -> 'status', 'unreached', a.data -> 'unreached',
    'people', (a.data -> 'campaign' ->> 'total')::integer - (a.data -> 'campaign' ->> 'suppressed')::integer) end as campaign,
  a.data -> 'provider' as provider, a.data -> 'endpoint' as endpoint, a.data -> 'key' as key, ${settled} as settled`;

// Of a campaign the last word alone: what came of a retry takes the place of what was told before it.
const recent = `a.shown and (a.campaign_id is null
    or not exists (select from alerts later where later.campaign_id = a.campaign_id and later.shown and later.id > a.id))
  and a.at > now() - ${SHOWN_DAYS} * interval '1 day' and ($2 or a.type not like 'webhook.%' and (a.type not like 'key.%' or exists
    (select from api_keys k where k.id = (a.data -> 'key' ->> 'id')::bigint and k.owner_id = $1::uuid)))`;

// What happened before somebody came is no news to them.
const read = `(exists (select from notification_reads where user_id = $1::uuid and alert_id = a.id)
  or exists (select from app_users where id = $1::uuid and created_at > a.at))`;

function toJson(row: Row): NotificationJson {
  const { key, ...rest } = row;
  return { ...rest, at: row.at.toISOString(), ...(key && { key }) };
}

/** Programs read nothing: what a key's user id would be is no person's. */
function parametersOf(viewer: Reader): [string | null, boolean] {
  return [viewer.via === 'session' ? viewer.id : null, may(viewer, 'settings:write')];
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
     select $1::uuid, a.id from alerts a where ${recent} and ($3::bigint is null or a.id = $3)
       and ($4::bigint is null or a.campaign_id = $4) and $1 is not null
     on conflict do nothing`,
    [...parametersOf(viewer), id, campaign],
  );
}

/** One notification, for telling open pages; unread for everybody. Null where it is gone. */
export async function getNotification(db: Database, id: number): Promise<NotificationJson | null> {
  const { rows } = await db.pool.query<Row>(`select ${columns}, false as read from alerts a where a.id = $1 and a.shown`, [id]);
  return rows[0] ? toJson(rows[0]) : null;
}
