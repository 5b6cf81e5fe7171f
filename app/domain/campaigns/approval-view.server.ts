import type { Database } from '#db/database.ts';
import { ask, mayHere } from '../access/ask.server.ts';
import { may, refusal, type Viewer } from '../access/roles.ts';
import { KEY_OF_NOBODY, personOf } from './approvers.server.ts';

/** So many of a list are shown to who approves it. */
const SAMPLE = 10;

/** Some of those it goes to, spread evenly over the list; nobody for those who may not see people. */
export async function sampleOfList(db: Database, campaignId: number): Promise<string[]> {
  ask('campaigns:read');
  if (!mayHere('people:read')) return [];
  const { rows } = await db.pool.query<{ address: string }>(
    // never null: address
    `select address from (
       select distinct r.id, r.address
       from (select min(id) as first, max(id) as last from recipients where campaign_id = $1) list
       cross join generate_series(0, ${SAMPLE - 1}) n
       cross join lateral (
         select id, address from recipients where campaign_id = $1 and id >= list.first + (list.last - list.first) * n / ${SAMPLE - 1} order by id limit 1) r
     ) picked order by id`,
    [campaignId],
  );
  return rows.map(({ address }) => address);
}

/** Whether this person can decide, as their page says it; the act asks again. */
export async function standingOf(db: Database, viewer: Viewer, campaignId: number): Promise<{ mayNot: string | null; own: boolean }> {
  ask('campaigns:read');
  const person = await personOf(db.pool, viewer);
  const { rows } = await db.pool.query<{ asked: boolean; nobodys: boolean; edited: boolean }>(
    // never null: asked, nobodys, edited
    `select coalesce(approval ->> 'asked_by_id' = $2, false) as asked, coalesce(approval ->> 'asked_by_id' like 'key:%', false) as nobodys,
       exists (select from campaign_editors e where e.campaign_id = c.id and e.person = $2) as edited
     from campaigns c where id = $1`,
    [campaignId, person],
  );
  const { asked = false, nobodys = false, edited = false } = rows[0] ?? {};
  if (!may(viewer, 'campaigns:approve')) return { mayNot: refusal(viewer, 'campaigns:approve'), own: asked };
  if (asked) return { mayNot: 'You asked for this approval. Somebody else gives it.', own: true };
  if (nobodys && viewer.role === 'admin') return { mayNot: `${KEY_OF_NOBODY} A marketer has to approve it.`, own: false };
  return { mayNot: edited ? 'You made or changed this campaign yourself. Somebody else has to approve it.' : null, own: false };
}
