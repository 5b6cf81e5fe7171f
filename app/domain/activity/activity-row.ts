import { type ActivityJson, activityText } from '../campaigns/activity.ts';

/** An event's row as the driver reads it; `e` is campaign_events, `r` its recipient, if it has one. */
export type ActivityRow = Omit<ActivityJson, 'at' | 'text'> & { at: Date };

export const activityColumns = 'e.id, e.at, e.kind, e.actor, e.recipient_id, r.address, e.details';
export const activityTables = 'campaign_events e left join recipients r on r.campaign_id = e.campaign_id and r.id = e.recipient_id';

export function toActivityJson(row: ActivityRow): ActivityJson {
  const { id, kind, actor, recipient_id, address, details } = row;
  return { id, at: row.at.toISOString(), kind, actor, recipient_id, address, text: activityText(row), details };
}
