import type { Pool } from 'pg';
import { requestChunks } from '../jobs.ts';
import { inTransaction } from '../transaction.ts';
import { becomes } from './becomes.ts';
import { type Claim, claimColumns, claimRecipients, type SendKey } from './claim.ts';
import { inFlight } from './in-flight.ts';

/** First key of the locks that keep a worker's claims of one campaign behind one another; the second is the campaign's id. */
export const CLAIMING = 0x526f6c6e;

const claimed = becomes(
  'claim',
  { sql: 'due.next' },
  {
    // A job that was made for an earlier time is stale from here on.
    dispatch_seq: 'r.dispatch_seq + 1',
    attempts: `r.attempts + (due.next = 'sending')::integer`,
    attempt_id: `case when due.next = 'sending' then nextval('attempt_ids') else r.attempt_id end`,
    claimed_at: 'clock_timestamp()',
    claimed_by: '$4::integer',
    failure_code: `case when due.next <> 'suppressed' then r.failure_code end`,
    failure_reason: `case when due.next <> 'suppressed' then r.failure_reason end`,
    // Events are about attempts: a new one has none yet.
    delivery: `case when due.next <> 'sending' then r.delivery end`,
    delivered_at: `case when due.next <> 'sending' then r.delivered_at end`,
  },
);

export interface ChunkQuestion {
  campaignId: number;
  /** Behind this recipient of the list. */
  after: number;
  count: number;
  /** Of `workers`, so that the claims can be taken over when the worker dies. */
  workerId: number | null;
  /** The newest attempt that the caller knows to have begun: a database that was put back before it sends nothing. */
  knownAttempt?: number;
}

export interface Chunk {
  claims: Claim[];
  /** How many of the list were taken; fewer than asked for: there are no more behind `after`. */
  taken: number;
  /** The last of them, or `after`. */
  last: number;
  /** May the campaign send at all? Not while it is paused, stopped, ended, or its provider held. */
  sends: boolean;
}

/**
 * Claims the next pending recipients of a campaign, in the order of its list, so that the intent to send is committed before any call goes out.
 * Who is on the suppression list by now becomes `suppressed` without an attempt. Rows are locked in id order before the campaign's counters (see
 * docs/architecture.md, lock order); what somebody else holds is passed over.
 *
 * It goes on behind the last one, so that it never walks over the index entries that all those before left dead; these stay until they are
 * vacuumed, and while anybody holds an old snapshot they cannot be.
 */
export async function claimChunk(pool: Pool, { campaignId, after, count, workerId, knownAttempt = 0 }: ChunkQuestion): Promise<Chunk> {
  const { rows } = await pool.query<Claim & { claimed: boolean | null; sends: boolean }>({
    // never null: attemptId
    name: 'claim_chunk',
    text: `
      with campaign as materialized (
        select c.channel, campaign_sends(c) and g.hold_until is null
          and g.rate is distinct from 0 and coalesce(ledger_may_send($5), false) as sends, pg_advisory_xact_lock(${CLAIMING}, $1::integer) as alone
        from campaigns c join provider_gates g on g.channel = c.channel where c.id = $1::bigint
      ),
      next as (
        select r.id, r.ctid, r.address from recipients r
        where r.campaign_id = $1::bigint and r.listed_as = 'pending' and r.status = 'pending' and r.id > $2::bigint and (select sends from campaign)
        order by r.listed_as, r.id limit $3::integer for update of r skip locked
      ),
      due as (
        select next.id, next.ctid, case when s.id is null then 'sending' else 'suppressed' end::recipient_status as next
        from next left join suppressions s on s.channel = (select channel from campaign) and s.address = next.address
      ),
      moved as (
        update recipients r set ${claimed} from due where r.ctid = due.ctid
        returning ${claimColumns}, due.next = 'sending' as claimed
      )
      select moved.*, campaign.sends from campaign left join moved on true`,
    values: [campaignId, after, count, workerId, knownAttempt],
  });
  const taken = rows.filter(({ claimed }) => claimed !== null).sort((a, b) => a.recipientId - b.recipientId);
  return {
    claims: taken.filter(({ claimed }) => claimed).map(({ claimed: _, sends: __, ...claim }) => claim),
    taken: taken.length,
    last: taken.at(-1)?.recipientId ?? after,
    sends: rows[0]?.sends ?? false,
  };
}

/**
 * The answer of a chunk's claim was lost with its connection: whoever it claimed for this worker is claimed once more, under the same attempt id, as
 * `claimRecipients` does for a repeated claim. Waits until the lost one is committed or undone.
 *
 * @param isHeld is an attempt that the worker holds already?
 */
export async function reclaimChunk(
  pool: Pool,
  {
    campaignId,
    workerId,
    isHeld,
    knownAttempt,
  }: { campaignId: number; workerId: number; isHeld: (attemptId: number) => boolean; knownAttempt?: number },
): Promise<Claim[]> {
  const lost = await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, $2::integer)', [CLAIMING, campaignId]);
    const { rows } = await client.query<SendKey & { attempt_id: number }>(
      // never null: attempt_id
      `select r.campaign_id, r.id as recipient_id, r.dispatch_seq, r.attempt_id
       from campaigns c cross join lateral (${inFlight('campaign_id, id, dispatch_seq, claimed_by, attempt_id', 'sending')}) as r
       where c.id = $1 and r.claimed_by = $2`,
      [campaignId, workerId],
    );
    return rows.filter(({ attempt_id }) => !isHeld(attempt_id));
  });
  if (lost.length === 0) return [];
  const claims = await claimRecipients(pool, lost, workerId, true, knownAttempt);
  return claims.filter((claim) => claim !== null && !isHeld(claim.attemptId)) as Claim[];
}

/**
 * Nobody is left to be claimed, or nobody may be: whoever becomes pending or joins the line from here on asks for chunks again. Asked under the
 * campaign's row lock, after every statement that was before it, so that nobody falls in between.
 *
 * @returns false where somebody can be claimed after all: whom another statement held, or has just made so
 */
export async function endChunks(pool: Pool, campaignId: number): Promise<boolean> {
  const { rows } = await pool.query<{ ended: boolean }>(
    // never null: ended
    'select end_chunks($1) as ended',
    [campaignId],
  );
  return rows[0]?.ended ?? true;
}

/**
 * A worker starts: it takes part in what is being sent, and what the one before it left goes on. A web process of a version before that is still
 * running adds jobs that nobody takes any more.
 */
export async function requestAllChunks(pool: Pool): Promise<void> {
  await pool.query(
    `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
     where t.id = j.task_id and t.identifier = 'dispatch_campaign' and j.locked_at is null`,
  );
  await pool.query(`select ${requestChunks('id')} from (select id from campaigns where status = 'SENDING' order by id) c`);
}

/** How many of a campaign wait to be claimed: in its list, and (of those at most `most`) in its line. */
export async function countWaiting(pool: Pool, campaignId: number, most: number): Promise<{ listed: number; lined: number }> {
  const { rows } = await pool.query<{ listed: number; lined: number }>(
    // never null: listed, lined
    `select case when campaign_sends(c) then c.pending else 0 end as listed,
       (select count(*)::integer from (select from rate_line l where l.campaign_id = c.id limit $2) them) as lined
     from campaigns c where c.id = $1`,
    [campaignId, most],
  );
  return rows[0] ?? { listed: 0, lined: 0 };
}
