import type { UnknownPolicy } from '#app/domain/campaigns/campaign.ts';
import type { Channel } from '#app/domain/channel.ts';
import type { Database } from '#db/database.ts';

export interface CampaignSetup {
  addresses: readonly string[];
  channel?: Channel;
  unknownPolicy?: UnknownPolicy;
  subject?: string;
  text?: string;
}

/** A draft with its recipients, ready to be sent. Returns its id. */
export async function draftCampaign(
  db: Database,
  { addresses, channel = 'email', unknownPolicy = 'resend', subject, text }: CampaignSetup,
): Promise<number> {
  const { rows } = await db.pool.query<{ id: number }>(
    `insert into campaigns (name, channel, subject, text, sender, unknown_policy) values ('Test', $1, $2, $3, $4, $5) returning id`,
    [
      channel,
      channel === 'email' ? (subject ?? 'Hello') : null,
      text ?? 'Hello from a test.',
      channel === 'email' ? 'news@sender.test' : '+15005550006',
      unknownPolicy,
    ],
  );
  const id = rows[0]?.id as number;
  await db.pool.query(
    'insert into recipients (campaign_id, address) select $1, a from unnest($2::text[]) with ordinality as t (a, n) order by n',
    [id, addresses],
  );
  return id;
}

export const numbered = (count: number, domain = 'example.test') => Array.from({ length: count }, (_, i) => `person${i + 1}@${domain}`);

/** Where the kept counters differ from the ledger counted afresh; empty when all is well. */
export async function counterDrift(db: Database): Promise<unknown[]> {
  const { rows } = await db.pool.query(`
    select c.id, c.total, c.pending, c.queued, c.sending, c.retrying, c.unknown, c.held, c.sent, c.failed, c.suppressed, c.cancelled, l.*
    from campaigns c
    cross join lateral (
      select count(*)::int as l_total,
        count(*) filter (where status = 'pending')::int as l_pending, count(*) filter (where status = 'queued')::int as l_queued,
        count(*) filter (where status = 'sending')::int as l_sending, count(*) filter (where status = 'retrying')::int as l_retrying,
        count(*) filter (where status = 'unknown')::int as l_unknown,
        count(*) filter (where status = 'unknown' and unknown_until is null)::int as l_held,
        count(*) filter (where status = 'sent')::int as l_sent, count(*) filter (where status = 'failed')::int as l_failed,
        count(*) filter (where status = 'suppressed')::int as l_suppressed, count(*) filter (where status = 'cancelled')::int as l_cancelled
      from recipients where campaign_id = c.id
    ) l
    where (c.total, c.pending, c.queued, c.sending, c.retrying, c.unknown, c.held, c.sent, c.failed, c.suppressed, c.cancelled)
      is distinct from (l_total, l_pending, l_queued, l_sending, l_retrying, l_unknown, l_held, l_sent, l_failed, l_suppressed, l_cancelled)`);
  const { rows: reasons } = await db.pool.query(`
    select coalesce(f.campaign_id, l.campaign_id) as campaign_id, f.failure_code, f.recipients, l.failure_code as l_code, l.n
    from (select * from campaign_failures where recipients > 0) f
    full join (select campaign_id, failure_code, count(*)::int as n from recipients where status = 'failed' group by 1, 2) l
      on l.campaign_id = f.campaign_id and l.failure_code = f.failure_code
    where f.recipients is distinct from l.n`);
  return [...rows, ...reasons];
}
