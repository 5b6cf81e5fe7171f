/** One line of the ledger, as the API and the pages show it. Names are fixed by the REST API. */

/** In the order of PostgreSQL's enum. */
export const recipientStatuses = [
  'pending',
  'queued',
  'sending',
  'retrying',
  'unknown',
  'sent',
  'failed',
  'suppressed',
  'cancelled',
] as const;
export type RecipientStatus = (typeof recipientStatuses)[number];

export type Delivery = 'delivered' | 'deferred' | 'bounced' | 'undelivered' | 'complained';

/** What may come after a message was taken, beside good news: the ledger is read by these, too. */
export const troubles = ['bounced', 'undelivered', 'complained', 'unsubscribed'] as const;
export type Trouble = (typeof troubles)[number];

export const attemptOutcomes = ['accepted', 'transient', 'permanent', 'account', 'unknown'] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** Times are ISO 8601 in UTC. */
export interface RecipientJson {
  id: number;
  address: string;
  status: RecipientStatus;
  /** Of this round, 1 to 4. */
  attempts: number;
  round: number;
  next_attempt_at: string | null;
  /** When an unknown outcome is settled; null while unknown: held for a person. */
  unknown_until: string | null;
  sent_at: string | null;
  failed_at: string | null;
  failure_code: string | null;
  failure_reason: string | null;
  provider_message_id: string | null;
  delivery: Delivery | null;
  /** When they asked by this message not to get any more; null: they did not. */
  unsubscribed_at: string | null;
  /** When they reported a message of this campaign as spam, also one before the newest; null: they did not. */
  complained_at: string | null;
  variables: Record<string, string>;
  /** In a search: the address that they had before, by which they were found. */
  former_address?: string | undefined;
}

export interface AttemptJson {
  id: number;
  recipient_id: number;
  round: number;
  /** Of the round, 1 to 4. */
  number: number;
  started_at: string;
  finished_at: string;
  outcome: AttemptOutcome;
  http_status: number | null;
  provider_code: string | null;
  reason: string | null;
  retry_after_s: number | null;
  provider_message_id: string | null;
  /** Who asked for it: null where the engine did by itself. */
  actor: string | null;
  /** What it was sent to, which may have been corrected since; null where that is not known any more. */
  address: string | null;
}

/** What `recipients:changed` carries for a row. */
export interface RecipientChange {
  id: number;
  status: RecipientStatus;
  attempts: number;
  next_attempt_at: string | null;
  failure_code: string | null;
  delivery: Delivery | null;
}

/** The rows that a watch asked for, as they are at `version`: closes the gap between the page's query and the watch. */
export interface WatchedRows {
  version: number;
  recipients: RecipientChange[];
}

/** One send and three automatic retries a round. */
export const MAX_ATTEMPTS = 4;

export const recipientStatusLabels: Record<RecipientStatus, string> = {
  pending: 'Waiting',
  queued: 'Waiting',
  sending: 'Sending',
  retrying: 'Retrying',
  unknown: 'Unknown',
  sent: 'Sent',
  failed: 'Failed',
  suppressed: 'Suppressed',
  cancelled: 'Cancelled',
};

export interface RecipientStory {
  recipient: RecipientJson;
  /** Of all rounds, oldest first. */
  attempts: AttemptJson[];
}
