import type { Pool, PoolClient } from 'pg';
import { addJob, goOn, requestChunks } from '../jobs.ts';

/*
 * The verbs of db/ledger/campaign-transitions.ts, to which the database holds them. All of these are called with the campaign's row locked:
 * whether its state allows it is the caller's question.
 */

/** From a draft, or from its time: everybody is to be sent to. */
export async function startCampaign(client: PoolClient, id: number, sender: string, by: string): Promise<void> {
  await client.query(
    `update campaigns set status = 'SENDING', doing = 'sending', sender = $2, started_at = now(), started_by = $3, dispatch_requested = true, planned_at = null,
       planned_time_zone = null
     where id = $1`,
    [id, sender, by],
  );
  await requestDispatch(client, id);
}

/** @param atMs ms since 1970 */
export async function scheduleCampaign(
  client: PoolClient,
  id: number,
  sender: string,
  atMs: number,
  timeZone: string | null,
): Promise<void> {
  const { rows } = await client.query<{ scheduled_at: Date }>(
    // never null: scheduled_at

    `update campaigns set status = 'SCHEDULED', sender = $2, scheduled_at = to_timestamp($3::float8 / 1000), time_zone = $4, planned_at = null,
       planned_time_zone = null
     where id = $1 returning scheduled_at`,
    [id, sender, atMs, timeZone],
  );
  if (rows[0]) await wakeCampaign(client, id, rows[0].scheduled_at);
}

/** Has a worker look at it at this time. */
export async function wakeCampaign(client: PoolClient, id: number, at: Date): Promise<void> {
  await client.query(`select ${addJob('start_campaign', { campaign_id: '$1::bigint', scheduled_at: '$2::text' }, { runAt: '$3' })}`, [
    ...[id, at.toISOString(), at],
  ]);
}

/** A draft again, which remembers its time and zone. */
export async function unscheduleCampaign(client: PoolClient, id: number): Promise<void> {
  await client.query(
    `update campaigns set status = 'DRAFT', planned_at = scheduled_at, planned_time_zone = time_zone, scheduled_at = null, time_zone = null
     where id = $1`,
    [id],
  );
}

/** Claims end at once; who was queued goes back to `pending` by a task. */
export async function pauseCampaign(client: PoolClient, id: number): Promise<void> {
  await client.query(
    `update campaigns set status = 'PAUSED', doing = case doing when 'sending' then 'nothing' else doing end, dispatch_requested = false
     where id = $1`,
    [id],
  );
  await requestMove(client, id);
}

export async function resumeCampaign(client: PoolClient, id: number): Promise<void> {
  await client.query(
    `update campaigns set status = 'SENDING', doing = case doing when 'nothing' then 'sending' else doing end, dispatch_requested = true
     where id = $1`,
    [id],
  );
  await client.query('select end_campaign_if_done(c) from campaigns c where id = $1', [id]);
  await client.query(`select ${goOn('$1::bigint')}`, [id]);
}

/** Claims end at once; who was not tried becomes `cancelled` by a task. What it was doing, and why, is over. */
export async function cancelCampaign(client: PoolClient, id: number): Promise<void> {
  await client.query(
    `update campaigns set status = 'CANCELLED', doing = 'nothing', finished_at = now(), dispatch_requested = false, stop_code = null,
       stop_reason = null, retry_codes = null, reopened_from = null, reopened_finished_at = null, reopened_failed_at = null where id = $1`,
    [id],
  );
  await requestMove(client, id);
}

/** A retry round: those who failed for one of these reasons, and those never tried, are moved by a task. */
export async function startRound(client: PoolClient, id: number, codes: readonly string[], by: string): Promise<void> {
  await client.query(
    `update campaigns set status = 'SENDING', doing = 'gathering', retry_count = retry_count + 1, failed_at = null, finished_at = null,
       failure_code = null, failure_reason = null, retry_codes = $2, retried_at = now(), retried_by = $3, dispatch_requested = true where id = $1`,
    [id, codes, by],
  );
  await requestMove(client, id);
  await requestDispatch(client, id);
}

/** Its list goes, and what was known of its columns. @param rest how many a task is still to remove; null: none */
export async function emptyList(client: PoolClient, id: number, rest: number | null): Promise<void> {
  await client.query(
    `update campaigns set variables = '{}', doing = case when $2::integer is null then 'nothing' else 'emptying' end::campaign_doing,
       preparing_of = $2 where id = $1`,
    [id, rest],
  );
}

/** Its list is complete, or empty: from here on it may be sent, or changed. */
export async function finishList(pool: Pool, campaignId: number): Promise<void> {
  await pool.query(`update campaigns set doing = 'nothing', preparing_of = null where id = $1 and doing in ('copying', 'emptying')`, [
    campaignId,
  ]);
}

/**
 * The end of a bulk move: from here on the campaign may end, and does so if nothing is open any more.
 *
 * @param round whose people are gathered; one that began meanwhile is not
 */
export async function finishMove(pool: Pool, campaignId: number, round: number): Promise<void> {
  await pool.query('select finish_move($1, $2)', [campaignId, round]);
}

/**
 * Stops a campaign's claims at once for a reason that concerns every recipient. It ends, with this reason, when nothing is in flight;
 * what was not tried stays pending. The first reason wins. Call it after the recipients' statement of the same transaction (lock order).
 */
export async function stopCampaign(client: PoolClient, campaignId: number, code: string, reason: string): Promise<void> {
  const { rowCount } = await client.query(
    `update campaigns set doing = 'stopping', stop_code = $2, stop_reason = $3, retry_codes = null
     where id = $1 and doing <> 'stopping' and status in ('SENDING', 'PAUSED')`,
    [campaignId, code, reason],
  );
  if (rowCount) await requestMove(client, campaignId);
}

async function requestDispatch(client: PoolClient, id: number): Promise<void> {
  await client.query(`select ${requestChunks('$1::bigint')}`, [id]);
}

async function requestMove(client: PoolClient, id: number): Promise<void> {
  await client.query(`select ${addJob('move_recipients', { campaign_id: '$1::bigint' })}`, [id]);
}

/** Has the content itself been refused for at least 20 recipients while nobody's was accepted? Then it is the campaign's fault, not theirs. */
export async function contentRefusedForAll(client: PoolClient, campaignId: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from campaigns c join campaign_failures f on f.campaign_id = c.id and f.failure_code = 'content_rejected'
     where c.id = $1 and c.sent = 0 and f.recipients >= 20`,
    [campaignId],
  );
  return Boolean(rowCount);
}
