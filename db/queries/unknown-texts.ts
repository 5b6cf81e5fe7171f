import type { Pool } from 'pg';

/** An attempt that may have sent its message. */
export interface DoubtfulAttempt {
  campaignId: number;
  recipientId: number;
  attemptId: number;
  round: number;
  address: string;
  variables: Record<string, string>;
  startedAtMs: number;
}

/** Texts whose outcome stayed unknown past their grace period, at most 200. */
export async function unknownTexts(pool: Pool): Promise<DoubtfulAttempt[]> {
  const { rows } = await pool.query<DoubtfulAttempt>(
    `select r.campaign_id as "campaignId", r.id as "recipientId", r.attempt_id as "attemptId", coalesce(a.round, r.round) as round, r.address, r.variables,
       (extract(epoch from coalesce(a.started_at, c.known_until, r.changed_at)) * 1000)::float8 as "startedAtMs"
     from recipients r join campaigns c on c.id = r.campaign_id left join attempts a on a.id = r.attempt_id
     where r.status = 'unknown' and r.unknown_until <= now() and c.channel = 'sms'
     order by r.id limit 200`,
  );
  return rows;
}

/** Lets those whose provider did not answer the question wait for another `forS`. */
export async function postponeUnknown(pool: Pool, attemptIds: readonly number[], forS: number): Promise<void> {
  await pool.query(
    `update recipients r set unknown_until = now() + $2 * interval '1 second', changed_at = now()
     from (select r.campaign_id, r.id from recipients r
       where r.status = 'unknown' and r.unknown_until <= now() and r.attempt_id = any($1) order by r.id for update) due
     where r.campaign_id = due.campaign_id and r.id = due.id`,
    [attemptIds, forS],
  );
}

/**
 * When the first attempt of this round was made that may have sent its message although it is not known to have: a server error after
 * which Twilio says to look first, or no answer. ms since 1970; null: none was.
 */
export async function doubtfulSince(pool: Pool, recipientId: number, round: number): Promise<number | null> {
  const { rows } = await pool.query<{ at: number }>({
    name: 'doubtful_since',
    text: `select (extract(epoch from started_at) * 1000)::float8 as at from attempts
      where recipient_id = $1 and round = $2 and (outcome = 'unknown' or http_status >= 500 or provider_code = '20500')
      order by id limit 1`,
    values: [recipientId, round],
  });
  return rows[0]?.at ?? null;
}

/** Those of the provider's message ids that attempts to this address are known to have made. */
export async function foreignMessageIds(pool: Pool, address: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `with of_address as (
       select r.* from campaigns c cross join lateral (
         select id, provider_message_id from recipients where campaign_id = c.id and address = $1 limit 1
       ) as r
       where c.channel = 'sms'
     )
     select a.provider_message_id as id from of_address r join attempts a on a.recipient_id = r.id where a.provider_message_id = any($2)
     union select provider_message_id from of_address where provider_message_id = any($2)`,
    [address, ids],
  );
  return rows.map(({ id }) => id);
}
