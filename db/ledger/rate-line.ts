import type { Pool } from 'pg';
import { inTransaction } from '../transaction.ts';
import { claimRecipients, type SendKey } from './claim.ts';
import { type Chunk, type ChunkQuestion, CLAIMING } from './claim-chunk.ts';

/** Of a line whose campaign may not send, so many are given back in one statement. */
const GIVEN_BACK = 500;

/**
 * These came with a job of their own and found no slot of the shared rate: they wait in the line of their campaign, whose chunks take them along with
 * the slots that they have, before first sends. Who waits no longer for exactly this job is left alone.
 */
export async function joinLine(pool: Pool, keys: readonly SendKey[]): Promise<undefined[]> {
  await pool.query('select join_line($1::bigint[], $2::bigint[], $3::integer[])', [
    keys.map(({ campaign_id }) => campaign_id),
    keys.map(({ recipient_id }) => recipient_id),
    keys.map(({ dispatch_seq }) => dispatch_seq),
  ]);
  return keys.map(() => undefined);
}

/**
 * Claims the next of a campaign's line, in the order of its list. Where the campaign may not send now, they are given back as by a job that comes to it.
 * A row is stale once its recipient waits for another job, and is gone then.
 *
 * @returns `taken`: how many left the line
 */
export async function claimLine(
  pool: Pool,
  { campaignId, count, workerId, knownAttempt = 0 }: Omit<ChunkQuestion, 'after'>,
): Promise<Pick<Chunk, 'claims' | 'taken'>> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<SendKey & { sends: boolean }>(
      // never null: sends
      `with campaign as materialized (
         select campaign_claims(c) and g.hold_until is null and g.rate is distinct from 0 as sends, pg_advisory_xact_lock(${CLAIMING}, $1::integer) as alone
         from campaigns c join provider_gates g on g.channel = c.channel where c.id = $1::bigint
       ),
       next as (
         select l.ctid from rate_line l where l.campaign_id = $1::bigint
         order by l.recipient_id limit (select case when sends then $2::integer else ${GIVEN_BACK} end from campaign) for update skip locked
       )
       delete from rate_line l using next, campaign where l.ctid = next.ctid
       returning l.campaign_id, l.recipient_id, l.dispatch_seq, campaign.sends`,
      [campaignId, count],
    );
    if (rows.length === 0) return { claims: [], taken: 0 };
    const claims = await claimRecipients(client, rows, workerId, false, rows[0]?.sends ? knownAttempt : null);
    return { claims: claims.filter((claim) => claim !== null), taken: rows.length };
  });
}
