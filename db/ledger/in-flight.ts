/**
 * A walk to the recipients of campaign `c` that are queued or being sent to, for use beside `campaigns c`: along those that wait, until as many
 * are found as the counter says (see docs/decisions/0012). The place is written as a range, so that no other index serves it.
 */
export const inFlight = (columns: string, status: 'queued' | 'sending') =>
  `select ${columns} from recipients
   where campaign_id = c.id and (listed_as, id) > ('pending', 0) and listed_as <= 'pending' and status = '${status}'
   order by listed_as, id limit c.${status}`;
