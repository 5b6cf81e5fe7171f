import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';

export interface OldCampaigns {
  campaigns: number;
  /** In each; a multiple of 40. */
  recipients: number;
  /** How many days ago the newest ended; each further one ended a day earlier. */
  daysAgo?: number;
}

/**
 * Fills the ledger with ended campaigns as the engine would have left them, at about 15,000 recipients/s: of 40 recipients 32 were sent at
 * once, 6 by an automatic retry, one had an address that does not exist, one failed four times. So there are 1.2 attempts a recipient.
 * Triggers and foreign keys are passed over (session_replication_role, which takes a superuser); the kept counters are written here.
 *
 * @returns the campaigns' ids
 */
export async function addOldCampaigns(pool: Pool, { campaigns, recipients, daysAgo = 1 }: OldCampaigns): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < campaigns; n++) {
    ids.push(
      await inTransaction(pool, async (client) => {
        await client.query('set local session_replication_role = replica');
        const { rows } = await client.query<{ id: number }>(
          `insert into campaigns (name, channel, status, subject, html, sender, variables, created_at, started_at, finished_at, failed_at,
           failure_code, failure_reason, total, sent, failed, delivered, version)
         select 'Old campaign ' || $1::integer, 'email', 'PARTIALLY_SENT', 'Hello {{ first_name }}', '<p>Hello {{ first_name }}</p>',
           'news@example.com', '{first_name}', began, began, ended, ended, 'recipients_failed', recipients_failed_reason(n, n / 40 * 38, 0),
           n, n / 40 * 38, n / 40 * 2, n / 40 * 32, n
         from (select $2::integer as n, now() - ($3::integer + $1) * interval '1 day' as began) as given
         cross join lateral (select began + n / 3000.0 * interval '1 second' as ended) as last
         returning id`,
          [n, recipients, daysAgo],
        );
        const id = rows[0]?.id as number;
        await client.query(addRecipients, [id, recipients]);
        await client.query(addAttempts, [id]);
        await client.query(
          `insert into campaign_failures select campaign_id, failure_code, count(*) from recipients
         where campaign_id = $1 and status = 'failed' group by 1, 2`,
          [id],
        );
        await client.query(
          `insert into campaign_minutes
         select campaign_id, date_trunc('minute', finished_at), count(*) filter (where outcome = 'accepted'),
           count(*) filter (where outcome = 'permanent'), count(*) filter (where outcome = 'transient')
         from attempts where campaign_id = $1 group by 1, 2`,
          [id],
        );
        return id;
      }),
    );
  }
  await pool.query('vacuum (analyze) recipients, attempts, campaigns, campaign_failures, campaign_minutes');
  return ids;
}

/** $1 campaign, $2 recipients. kind is the last digit in base 40: 38 an address that does not exist, 39 four errors, 32 and on a retry. */
const addRecipients = `
  insert into recipients (campaign_id, address, variables, status, attempts, dispatch_seq, attempt_id, claimed_at, sent_at, failed_at,
    failure_code, failure_reason, provider_message_id, delivery, delivered_at, changed_at)
  select $1, 'person' || md5(i::text) || '@example' || i % 500 || '.com', jsonb_build_object('first_name', 'Person ' || i),
    case when kind < 38 then 'sent' else 'failed' end::recipient_status, tries, tries, 0, at,
    case when kind < 38 then done end, case when kind >= 38 then done end,
    case kind when 38 then 'invalid_address' when 39 then 'provider_error' end,
    case when kind >= 38 then 'The provider refused the message.' end,
    case when kind < 38 then 'message-' || i end, case when kind < 32 then 'delivered' end::delivery, case when kind < 32 then done end, done
  from campaigns c
  cross join generate_series(1, $2::integer) as i
  cross join lateral (select i % 40 as kind) as kinds
  cross join lateral (select case when kind < 32 or kind = 38 then 1 when kind < 38 then 2 else 4 end as tries,
    c.started_at + i / 3000.0 * interval '1 second' as at) as first
  cross join lateral (select at + (tries - 1) * interval '2 seconds' + interval '200 milliseconds' as done) as last
  where c.id = $1 order by i`;

/** $1 campaign. Its newest attempt is then named by each recipient's attempt_id: HOT, since no index holds that column. */
const addAttempts = `
  with tried as (
    insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome, http_status, reason, provider_message_id)
    select nextval('attempt_ids'), $1, id, 0, number, started, started + interval '200 milliseconds',
      case when number < attempts or failure_code = 'provider_error' then 'transient' when status = 'sent' then 'accepted' else 'permanent'
        end::attempt_outcome,
      case when number < attempts or failure_code = 'provider_error' then 500 when status = 'sent' then 202 else 400 end,
      case when number < attempts or status = 'failed' then 'The provider refused the message.' end,
      case when number = attempts then provider_message_id end
    from (
      select r.*, number, r.claimed_at + (number - 1) * interval '2 seconds' as started
      from recipients r cross join generate_series(1, r.attempts) as number
      where r.campaign_id = $1 order by started
    ) as tries
    returning id, recipient_id, number
  )
  update recipients r set attempt_id = t.id from tried t
  where r.campaign_id = $1 and r.id = t.recipient_id and r.attempts = t.number`;
