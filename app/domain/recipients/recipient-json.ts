import type { AttemptJson, RecipientJson } from './recipient.ts';

type Dated<T, K extends keyof T> = { [P in keyof T]: P extends K ? (null extends T[P] ? Date | null : Date) : T[P] };

/** A recipient's row as the driver reads it. */
export type RecipientRow = Dated<
  RecipientJson,
  'next_attempt_at' | 'unknown_until' | 'sent_at' | 'failed_at' | 'unsubscribed_at' | 'complained_at'
>;
export type AttemptRow = Dated<AttemptJson, 'started_at' | 'finished_at'>;

export const recipientColumns = `r.id, r.address, r.status, r.attempts, r.round, r.next_attempt_at, r.unknown_until, r.sent_at, r.failed_at,
  r.failure_code, r.failure_reason, r.provider_message_id, r.delivery, r.unsubscribed_at, r.complained_at, r.variables`;

/** What attempt `a` was sent to, whatever the recipient's address is now. */
export const attemptAddress = `(select case when former.round is null then now_at.address else former.address end from recipients now_at
   left join lateral (select f.round, f.address from former_addresses f where f.recipient_id = a.recipient_id and f.round >= a.round
     order by f.round limit 1) as former on true
   where now_at.campaign_id = a.campaign_id and now_at.id = a.recipient_id)`;

export const attemptColumns = `a.id, a.recipient_id, a.round, a.number, a.started_at, a.finished_at, a.outcome, a.http_status,
  a.provider_code, a.reason, a.retry_after_s, a.provider_message_id, a.actor, ${attemptAddress} as address`;

export function toRecipientJson(row: RecipientRow): RecipientJson {
  return {
    ...row,
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    unknown_until: row.unknown_until?.toISOString() ?? null,
    sent_at: row.sent_at?.toISOString() ?? null,
    failed_at: row.failed_at?.toISOString() ?? null,
    unsubscribed_at: row.unsubscribed_at?.toISOString() ?? null,
    complained_at: row.complained_at?.toISOString() ?? null,
  };
}

export function toAttemptJson(row: AttemptRow): AttemptJson {
  return { ...row, started_at: row.started_at.toISOString(), finished_at: row.finished_at.toISOString() };
}
