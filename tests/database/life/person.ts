import type { Status } from '#db/ledger/transitions.ts';

/** The newest attempt is one that nobody made: a new round to another address has no attempt yet that events could be about. */
export const NOBODYS = 'nobody’s';

export interface Person {
  id: number;
  address: string;
  /** What the rounds before a correction were sent to. */
  former: { round: number; address: string }[];
  status: Status;
  /** An unknown outcome that waits for a person. */
  held: boolean;
  /** Its time has come: of the next attempt, or of the decision about an unknown outcome. */
  due: boolean;
  round: number;
  attempts: number;
  seq: number;
  code: string | null;
  delivery: Delivery | null;
  attempt: number | typeof NOBODYS | null;
  failedAt: number | null;
  claimedBy: number | null;
  left: boolean;
  /** Reported a message of the campaign as spam, whichever. */
  complained: boolean;
}

export type Delivery = 'deferred' | 'undelivered' | 'delivered' | 'bounced' | 'complained';
/** Of several reports about one attempt, the last in this order counts. */
export const ranks: Delivery[] = ['deferred', 'undelivered', 'delivered', 'bounced', 'complained'];

export interface Attempt {
  id: number;
  person: Person;
  round: number;
  number: number;
  /** In the log. */
  outcome: string | null;
  /** What the provider has told about it; null: that it has it, and no more. */
  told: (Delivery | null)[];
  /** The provider has the message, whatever it answered. */
  took: boolean;
  /** Kinds of reports that came. */
  seen: Set<string>;
  /** So long ago that a provider that does not answer is waited for no longer. */
  old: boolean;
}

export interface Answer {
  outcome: 'accepted' | 'transient' | 'permanent' | 'account' | 'unknown' | null;
  status: 'sent' | 'failed' | 'retrying' | 'pending' | 'unknown';
  refund: boolean;
  code: string | null;
}

/** A worker's call to the provider that it has not told the end of. */
export interface Call {
  attempt: Attempt;
  worker: number;
  /** Its send job. Null where there is none, or it was taken from its worker. */
  job: number | null;
  /** The job runs again where it is retried; without one, a retry gets its own. */
  byJob: boolean;
  /** A first send: claimed with others. */
  chunk: boolean;
  seq: number;
  probe: boolean;
  /** The claim's answer was lost with its connection: nobody is called before it is repeated. */
  unanswered: boolean;
}

export type CampaignStatus = 'SENDING' | 'PAUSED' | 'SENT' | 'PARTIALLY_SENT' | 'FAILED' | 'CANCELLED';
export const open = (status: CampaignStatus) => status === 'SENDING' || status === 'PAUSED';

/** Refused with this HTTP status. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}
