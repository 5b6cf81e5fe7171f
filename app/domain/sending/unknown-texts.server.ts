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
    // never null: attemptId

    `select r.campaign_id as "campaignId", r.id as "recipientId", r.attempt_id as "attemptId", coalesce(a.round, r.round) as round, r.address, r.variables,
       (extract(epoch from coalesce(a.started_at, c.known_until, r.changed_at)) * 1000)::float8 as "startedAtMs"
     from recipients r join campaigns c on c.id = r.campaign_id left join attempts a on a.id = r.attempt_id
     where r.status = 'unknown' and r.unknown_until <= now() and c.channel = 'sms'
     order by r.id limit 200`,
  );
  return rows;
}

/**
 * The attempts that may have sent the message to this address although they are not known to have: a server error after which Twilio says to
 * look first, or no answer. The first of each round up to this one, since a text may differ from round to round by its link; newest round
 * first. Attempts to a former address are somebody else's.
 */
export async function doubtfulAttempts(
  pool: Pool,
  { recipientId, round, address }: { recipientId: number; round: number; address: string },
): Promise<{ round: number; startedAtMs: number }[]> {
  const { rows } = await pool.query<{ round: number; startedAtMs: number }>({
    name: 'doubtful_attempts',
    text: `select distinct on (a.round) a.round, (extract(epoch from a.started_at) * 1000)::float8 as "startedAtMs" from attempts a
      where a.recipient_id = $1 and a.round <= $2 and (a.outcome = 'unknown' or a.http_status >= 500 or a.provider_code = '20500')
        and coalesce((select f.address from former_addresses f where f.recipient_id = a.recipient_id and f.round >= a.round
          order by f.round limit 1), $3) = $3
      order by a.round desc, a.id`,
    values: [recipientId, round, address],
  });
  return rows;
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
