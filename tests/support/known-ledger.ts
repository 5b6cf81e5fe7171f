import type { Channel } from '#app/domain/channel.ts';
import type { Database } from '#db/database.ts';
import { writeByHand } from './by-hand.ts';

/** One attempt: how it ended, and in which round. */
export interface KnownAttempt {
  outcome: 'accepted' | 'transient' | 'permanent' | 'unknown';
  round?: number;
  number: number;
  /** Hours after the campaign's start. */
  atH?: number;
  ms?: number;
  reason?: string;
}

export interface KnownRecipient {
  address: string;
  status: 'sent' | 'failed' | 'unknown';
  code?: string;
  delivery?: string;
  /** Seconds from sent to delivered. */
  deliveredAfterS?: number;
  attempts: KnownAttempt[];
}

export interface KnownCampaign {
  name: string;
  channel?: Channel;
  /** An SQL expression. */
  startedAt: string;
  retriesUsed?: number;
  recipients: KnownRecipient[];
}

/** An ended campaign as the engine would have left it, at the times that it names. Returns its id. */
export async function knownCampaign(db: Database, known: KnownCampaign): Promise<number> {
  const query = async <T>(text: string, values: unknown[]) => (await db.pool.query(text, values)).rows[0] as T;
  const { name, channel = 'email', startedAt, retriesUsed = 0, recipients } = known;
  const { id } = await query<{ id: number }>('insert into campaigns (name, channel, sender) values ($1, $2, $3) returning id', [
    name,
    channel,
    'x',
  ]);
  await db.pool.query('insert into recipients (campaign_id, address) select $1, unnest($2::text[])', [
    id,
    recipients.map(({ address }) => address),
  ]);
  await writeByHand(db.pool);
  await db.pool.query(
    `update campaigns set status = 'SENDING', doing = 'sending', doubtful = true, started_at = ${startedAt} where id = $1`,
    [id],
  );
  for (const { address, status, code, delivery, deliveredAfterS, attempts } of recipients) {
    for (const { outcome, round = 0, number, atH = 0, ms = 200, reason } of attempts) {
      await db.pool.query(
        `insert into attempts (id, campaign_id, recipient_id, round, number, started_at, finished_at, outcome, reason)
         select nextval('attempt_ids'), c.id, r.id, $3, $4, started_at + $5 * interval '1 hour',
           started_at + $5 * interval '1 hour' + $6 * interval '1 millisecond', $7, $8
         from campaigns c join recipients r on r.campaign_id = c.id where c.id = $1 and r.address = $2`,
        [id, address, round, number, atH, ms, outcome, reason ?? null],
      );
    }
    await db.pool.query(
      `update recipients r set status = $3::recipient_status, round = a.round, attempts = a.number, attempt_id = a.id, delivery = $5::delivery,
         sent_at = case when $3::text = 'sent' then a.finished_at end,
         delivered_at = case when $6::float8 is not null then a.finished_at + $6 * interval '1 second' end,
         failed_at = case when $3::text = 'failed' then a.finished_at end, failure_code = $4::text, failure_reason = $4
       from attempts a
       where r.campaign_id = $1 and r.address = $2 and a.id = (select max(id) from attempts where recipient_id = r.id)`,
      [id, address, status, code ?? null, delivery ?? null, deliveredAfterS ?? null],
    );
  }
  await db.pool.query(`update campaigns set retry_count = $2, doubtful = false where id = $1`, [id, retriesUsed]);
  await db.pool.query('select finish_move($1, $2)', [id, retriesUsed]);
  const last = 'coalesce((select max(finished_at) from attempts where campaign_id = c.id), started_at)';
  await db.pool.query(
    `update campaigns c set finished_at = ${last}, failed_at = case when failed_at is not null then ${last} end where id = $1`,
    [id],
  );
  return id;
}
