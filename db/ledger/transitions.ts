/** Every status that a recipient can have. */
export const statuses = ['pending', 'queued', 'sending', 'retrying', 'unknown', 'sent', 'failed', 'suppressed', 'cancelled'] as const;
export type Status = (typeof statuses)[number];

/**
 * Columns that mean something in one status alone, and are null in every other. A statement that makes a recipient leave that status clears
 * them, one that leads there sets them: see `becomes`.
 */
export const columnsOf = {
  sending: ['claimed_at', 'claimed_by'],
  retrying: ['next_attempt_at'],
  unknown: ['unknown_until'],
  sent: ['sent_at'],
  failed: ['failed_at'],
} as const satisfies Partial<Record<Status, readonly string[]>>;
export type OwnedColumn = (typeof columnsOf)[keyof typeof columnsOf][number];

/** What a verb does with a thing that is kept over several statuses. */
type Keeping = 'keeps' | 'clears' | 'sets';

export interface Verb {
  /** What it means, in words for the diagram's reader. */
  says: string;
  /** Who causes it. */
  by: 'worker' | 'provider' | 'person' | 'reconciler';
  /** From each status, to which; one that leads to itself changes what belongs to it. */
  moves: Partial<Record<Status, readonly Status[]>>;
  /** Attempts counted in this round. `fresh`: none, in a new round. */
  attempts: 'keeps' | 'sets' | 'fresh';
  /** failure_code and failure_reason, of the last attempt that failed or of nobody knowing. */
  failure: Keeping;
  /** delivery and delivered_at: what events say of the newest attempt. */
  delivery: Keeping;
}

/**
 * The life of a recipient: everything that may happen to one. From this table come the statements' SET lists (`becomes`), the guard in the
 * database (a pair of statuses that does not stand here is refused), the picture in docs/architecture.md and the model of the property test.
 */
export const verbs = {
  offer: {
    says: 'gets a job of its own: it is the probe of a held provider',
    by: 'worker',
    moves: { pending: ['queued'], queued: ['queued'] },
    attempts: 'keeps',
    failure: 'keeps',
    delivery: 'keeps',
  },
  renew: {
    says: 'it gets another job: its own was lost, or found it chosen by somebody in a campaign that waited then',
    by: 'reconciler',
    moves: { queued: ['queued'], retrying: ['retrying'] },
    attempts: 'keeps',
    failure: 'keeps',
    delivery: 'keeps',
  },
  claim: {
    says: 'a worker takes it, or finds that it may not be sent to now',
    by: 'worker',
    moves: {
      pending: ['sending', 'suppressed'],
      // Queued: chosen by somebody, in a campaign that sends to no others (singles); it is offered again when the campaign goes on.
      queued: ['sending', 'queued', 'pending', 'suppressed', 'cancelled'],
      retrying: ['sending', 'queued', 'pending', 'suppressed', 'cancelled'],
      // The answer of an earlier claim was lost with its connection: nobody was called.
      sending: ['sending', 'queued', 'pending', 'suppressed', 'cancelled'],
    },
    attempts: 'sets',
    failure: 'sets',
    delivery: 'sets',
  },
  settle: {
    says: 'the outcome of an attempt is in',
    by: 'worker',
    moves: {
      sending: ['sent', 'failed', 'retrying', 'unknown', 'queued', 'pending', 'cancelled'],
      unknown: ['sent', 'failed'],
    },
    attempts: 'sets',
    failure: 'sets',
    delivery: 'keeps',
  },
  learn: {
    says: 'an event of the provider shows what became of the newest attempt',
    by: 'provider',
    moves: {
      pending: ['pending', 'sent'],
      queued: ['queued', 'sent'],
      sending: ['sending'],
      retrying: ['retrying', 'sent'],
      unknown: ['sent', 'failed'],
      sent: ['sent', 'failed'],
      failed: ['failed', 'sent'],
      suppressed: ['suppressed', 'sent'],
      cancelled: ['cancelled', 'sent'],
    },
    attempts: 'keeps',
    failure: 'sets',
    delivery: 'sets',
  },
  lapse: {
    says: 'nobody told the outcome',
    by: 'reconciler',
    moves: { sending: ['unknown'] },
    attempts: 'keeps',
    failure: 'sets',
    delivery: 'keeps',
  },
  conclude: {
    says: 'nobody told in time, so the policy decides',
    by: 'worker',
    moves: { unknown: ['queued', 'pending', 'failed', 'unknown'] },
    attempts: 'keeps',
    failure: 'sets',
    delivery: 'keeps',
  },
  postpone: {
    says: 'the provider could not say, and is asked again',
    by: 'worker',
    moves: { unknown: ['unknown'] },
    attempts: 'keeps',
    failure: 'keeps',
    delivery: 'keeps',
  },
  giveBack: {
    says: 'its campaign pauses, stops or is cancelled',
    by: 'worker',
    moves: { queued: ['pending', 'cancelled'], retrying: ['pending', 'cancelled'], pending: ['cancelled'] },
    attempts: 'keeps',
    failure: 'clears',
    delivery: 'keeps',
  },
  retry: {
    says: 'a retry round takes it',
    by: 'person',
    moves: { failed: ['pending'], pending: ['pending'] },
    attempts: 'fresh',
    failure: 'clears',
    delivery: 'keeps',
  },
  reopen: {
    says: 'a person sends to it again',
    by: 'person',
    moves: { failed: ['queued', 'pending'], unknown: ['queued', 'pending'], sent: ['queued', 'pending'] },
    attempts: 'fresh',
    failure: 'clears',
    delivery: 'clears',
  },
  decide: {
    says: 'a person says what became of it',
    by: 'person',
    moves: { unknown: ['sent', 'failed'], failed: ['sent', 'failed'] },
    attempts: 'keeps',
    failure: 'sets',
    delivery: 'keeps',
  },
  doubt: {
    says: 'the database was restored, so it may have been sent to',
    by: 'reconciler',
    moves: { pending: ['unknown'], queued: ['unknown'], retrying: ['unknown'] },
    attempts: 'sets',
    failure: 'sets',
    delivery: 'clears',
  },
} as const satisfies Record<string, Verb>;
export type VerbName = keyof typeof verbs;

/** Every other status that one may become. */
export function allowedFrom(from: Status): Status[] {
  return statuses.filter((to) => to !== from && verbsBetween(from, to).length > 0);
}

/** The verbs that lead from one status to another, or change what belongs to it where it is the same. */
export function verbsBetween(from: Status, to: Status): VerbName[] {
  return (Object.keys(verbs) as VerbName[]).filter((name) => (verbs[name] as Verb).moves[from]?.includes(to));
}
