import type { Pool } from 'pg';

/** home: nothing to say. restored: noted, and nobody has said yet that sending may go on. The others are noticed now. */
export type LedgerState = 'home' | 'restored' | 'copied' | 'older' | 'recovered';

/** How it came to be known that the database is an earlier copy; `told`: by `npm run restored` or `npm run restore`. */
export type RestoredHow = 'told' | 'copied' | 'older' | 'recovered';

/** @param known the newest attempt that the caller knows this ledger to have begun; 0: none */
export async function ledgerState(pool: Pool, known = 0): Promise<LedgerState> {
  const { rows } = await pool.query<{ state: LedgerState | null }>('select ledger_state($1) as state', [known]);
  return rows[0]?.state ?? 'copied';
}

/** Under what workers remember things about this ledger outside of it. */
export async function ledgerKey(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ key: string }>(
    `select ledger_id || ':' || (select oid from pg_database where datname = current_database()) as key from ledger_home`,
  );
  return rows[0]?.key ?? 'unknown';
}

/** @param known null: a person says so. @returns false where it was noted already */
export async function noteRestored(pool: Pool, how: RestoredHow, known: number | null): Promise<boolean> {
  const { rows } = await pool.query<{ noted: boolean }>('select note_restored($1, $2) as noted', [how, known]);
  return rows[0]?.noted ?? false;
}

export async function confirmRestored(pool: Pool, who: string): Promise<boolean> {
  const { rows } = await pool.query<{ confirmed: boolean }>('select confirm_restored($1) as confirmed', [who]);
  return rows[0]?.confirmed ?? false;
}

/** A server that took over, with all that this caller knows of: nothing is missing. */
export async function adoptTimeline(pool: Pool): Promise<void> {
  await pool.query('select adopt_timeline()');
}

const BATCH = 2_000;

/** In words for the recipient's story. */
export const RESTORED_REASON =
  'The database was restored from a backup. Whether this message went out after the backup was made is not known here.';

/**
 * Makes all that were still to be sent to in a restored campaign `unknown`: texts are looked for at the provider first (their deadline is now),
 * emails wait for a person. An attempt may have been made, so one counts. Batch by batch, in the order of recipients_by_list.
 */
export async function markDoubtful(pool: Pool, campaignId: number): Promise<number> {
  const { rows: doubtful } = await pool.query('select from campaigns where id = $1 and doubtful', [campaignId]);
  if (doubtful.length === 0) return 0;
  let marked = 0;
  // In this order: a claim that comes upon a paused campaign gives a retrying one back as pending, and nothing goes the other way.
  for (const listed of ['retrying', 'pending']) {
    for (let last: number | null = 0; last !== null; ) {
      const { rows }: { rows: { n: number; last: number | null }[] } = await pool.query(
        `with campaign as (select channel, rest_code from campaigns where id = $1),
         picked as (
           select id from recipients where campaign_id = $1 and (listed_as, id) > ($2::recipient_status, $3) and listed_as <= $2::recipient_status
           order by listed_as, id limit ${BATCH}
         ),
         locked as (
           select r.id, c.channel from campaign c, picked p join recipients r on r.campaign_id = $1 and r.id = p.id
           where r.status in ('queued', 'retrying') or (r.status = 'pending' and c.rest_code is null)
           order by r.id for update of r
         ),
         marked as (
           update recipients r set
             status = 'unknown', attempts = least(r.attempts + 1, 4), attempt_id = nextval('attempt_ids'), dispatch_seq = r.dispatch_seq + 1,
             next_attempt_at = null, unknown_until = case locked.channel when 'sms' then now() end,
             failure_code = 'outcome_unknown', failure_reason = $4, delivery = null, delivered_at = null, changed_at = now()
           from locked where r.campaign_id = $1 and r.id = locked.id
           returning r.id
         )
         select (select count(*)::integer from marked) as n, (select max(id) from picked) as last`,
        [campaignId, listed, last, RESTORED_REASON],
      );
      marked += rows[0]?.n ?? 0;
      last = rows[0]?.last ?? null;
    }
  }
  await pool.query('update campaigns set doubtful = false where id = $1', [campaignId]);
  return marked;
}

/**
 * Events about an attempt that this ledger has no row of, since it was made after the backup: where its recipient's outcome is open for that
 * reason, they are the evidence. The recipient's attempt is that one from here on.
 */
export async function adoptLostAttempts(
  client: Pick<Pool, 'query'>,
  keys: readonly { campaignId: number; recipientId: number; attemptId: number }[],
): Promise<void> {
  await client.query(
    `update recipients r set attempt_id = k.attempt_id
     from (
       select distinct on (r.id) r.campaign_id, r.id, k.attempt_id
       from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as k (campaign_id, id, attempt_id)
       join recipients r on r.campaign_id = k.campaign_id and r.id = k.id
       where exists (select from ledger_home where restored_at is not null)
         and r.status = 'unknown' and r.failure_reason = $4 and k.attempt_id < r.attempt_id
         and not exists (select from attempts a where a.id = k.attempt_id)
       order by r.id, k.attempt_id desc
     ) k
     where r.campaign_id = k.campaign_id and r.id = k.id`,
    [keys.map((key) => key.campaignId), keys.map((key) => key.recipientId), keys.map((key) => key.attemptId), RESTORED_REASON],
  );
}
