import { currentDoor } from '../access/door.server.ts';
import { isLimited } from '../access/key-limits.server.ts';
import { type ActivityJson, activityText } from '../campaigns/activity.ts';

/** An event's row as the driver reads it; `e` is campaign_events, `r` its recipient, if it has one. */
export type ActivityRow = Omit<ActivityJson, 'at' | 'text'> & { at: Date };

export const activityColumns = 'e.id, e.at, e.kind, e.actor, e.recipient_id, r.address, e.details';
export const activityTables = 'campaign_events e left join recipients r on r.campaign_id = e.campaign_id and r.id = e.recipient_id';

/**
 * @param named false for those who may not see people: the address is left out, and so are those that it was corrected from and to
 * @param limited for a key that is limited: the campaign that this one is a copy of has neither id nor name
 */
export function toActivityJson(row: ActivityRow, named: boolean, limited = isLimited(currentDoor()?.asker ?? {})): ActivityJson {
  const { id, kind, actor, recipient_id } = row;
  const { from, to, ...rest } = row.details;
  const { name, ...unnamed } = rest;
  const details = kind === 'cloned' && limited ? unnamed : named || recipient_id === null ? row.details : rest;
  const address = named ? row.address : null;
  return {
    id,
    at: row.at.toISOString(),
    kind,
    actor,
    recipient_id,
    address,
    text: activityText({ kind, actor, address, details }),
    details,
  };
}
