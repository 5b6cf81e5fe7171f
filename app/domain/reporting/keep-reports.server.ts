import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';

/** Late reports of a carrier may change an old campaign for hours; it is counted again at most so often. */
const AGAIN_AFTER = '10 minutes';

/** Ended campaigns whose kept report is missing or out of date. */
export async function outdatedReports(pool: Pool): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    `select c.id from campaigns c
     where c.status in ('SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED') and c.started_at is not null and c.sent + c.failed > 0
       and not exists (select from campaign_quarters q where q.campaign_id = c.id
         and (q.ledger_version = c.ledger_version or q.kept_at > now() - $1::interval))
     order by c.id`,
    [AGAIN_AFTER],
  );
  return rows.map(({ id }) => id);
}

/**
 * Counts one campaign's ledger and keeps what it says; in one snapshot, so that what is kept is true of its ledger_version. Does nothing
 * while another does the same.
 */
export async function keepReport(pool: Pool, campaignId: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('report of campaign', $1)) as mine`,
      [campaignId],
    );
    if (!rows[0]?.mine) return;
    await client.query('delete from campaign_quarters where campaign_id = $1', [campaignId]);
    await client.query(
      `insert into campaign_quarters (campaign_id, quarter, ledger_version, sent, failed, attempts, retried, recovered)
       select campaign_id, quarter, ledger_version, sent, failed, attempts, retried, recovered from campaign_quarters_now where campaign_id = $1`,
      [campaignId],
    );
  });
}
