import type { Pool } from 'pg';
import { inTransaction } from '../transaction.ts';

/** Jobs kept queued over all campaigns; Graphile slows down on a large table, and pause and cancel must be instant. */
export const JOB_WINDOW = 2_000;
/** What a campaign may always queue, however many others are sending. */
const SMALLEST_WINDOW = 100;

/**
 * Tops up one campaign's window of send jobs: its next pending recipients become `queued` and get their jobs in one statement, so
 * neither exists without the other. Windows are shared evenly among the campaigns that are sending.
 *
 * It goes on behind the last one it took, so that it never walks over the index entries that all those before left dead; these stay
 * until they are vacuumed, and while anybody holds an old snapshot they cannot be.
 *
 * A held provider's campaigns are not topped up; where messages per second are limited, the window is 2 s of them.
 *
 * @param rates messages per second where the settings say none
 * @returns how many were queued, and whether there is room and reason for more
 */
export async function dispatchRecipients(
  pool: Pool,
  campaignId: number,
  rates: { email?: number | undefined; sms?: number | undefined } = {},
): Promise<{ queued: number; more: boolean }> {
  return inTransaction(pool, async (client) => {
    const { rows: shares } = await client.query<{ task: string; window: number; queued: number; after: number }>(
      `select 'send_' || c.channel as task, c.queued, c.dispatch_after as after,
         ceil(greatest(least($2, two_seconds.messages), least($3, two_seconds.messages) / (select count(*) from campaigns where status = 'SENDING')))::integer
           as window
       from campaigns c join provider_gates g on g.channel = c.channel,
         lateral (select greatest(10, 2 * coalesce(g.rate, case c.channel when 'email' then $4::float8 else $5::float8 end, 'infinity')) as messages) as two_seconds
       where c.id = $1 and g.hold_until is null and c.status = 'SENDING' and c.stop_code is null and c.rest_code is null`,
      [campaignId, SMALLEST_WINDOW, JOB_WINDOW, rates.email, rates.sms],
    );
    const share = shares[0];
    if (!share) return { queued: 0, more: false };
    const wanted = Math.max(share.window - share.queued, 0);

    const { rows: dispatched } = await client.query<{ queued: number; last: number | null }>({
      name: 'dispatch_recipients',
      text: `
        with picked as (
          select r.id, r.ctid from recipients r
          where r.campaign_id = $1 and r.status = 'pending' and r.id > $4
            and (select c.status = 'SENDING' and c.stop_code is null and c.rest_code is null from campaigns c where c.id = $1)
          order by r.id limit $2 for update of r skip locked
        ),
        moved as (
          update recipients r set status = 'queued', dispatch_seq = r.dispatch_seq + 1, changed_at = now()
          from picked where r.ctid = picked.ctid
          returning r.id, r.dispatch_seq
        ),
        jobs as (
          select graphile_worker.add_jobs((
            select array_agg((
              $3, json_build_object('campaign_id', $1::bigint, 'recipient_id', id, 'dispatch_seq', dispatch_seq),
              null, null, 4, null, 0, null)::graphile_worker.job_spec order by id)
            from moved))
          where exists (select from moved)
        )
        select count(*)::integer as queued, (select max(id) from picked) as last from jobs`,
      values: [campaignId, wanted, share.task, share.after],
    });
    const { queued, last } = dispatched[0] ?? { queued: 0, last: null };
    // At the end it begins again with those who became pending behind it.
    const after = queued < wanted ? 0 : (last ?? share.after);

    // Asked under the row's lock, after every statement that was before it: somebody who became pending after this one's snapshot is seen
    // here, and somebody who becomes pending later finds the flag down and asks again.
    const { rows: asked } = await client.query<{ more: boolean }>(
      `update campaigns set dispatch_below = $2, dispatch_after = $3,
         dispatch_requested = status = 'SENDING' and stop_code is null and rest_code is null and pending > 0 and queued < $2
       where id = $1 returning dispatch_requested as more`,
      [campaignId, Math.ceil(share.window / 2), after],
    );
    return { queued, more: asked[0]?.more ?? false };
  });
}
