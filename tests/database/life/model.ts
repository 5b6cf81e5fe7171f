import { type Status, type VerbName, verbsBetween } from '#db/ledger/transitions.ts';

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
}

export type Delivery = 'deferred' | 'undelivered' | 'delivered' | 'bounced' | 'complained';
/** Of several reports about one attempt, which counts. */
const ranks: Delivery[] = ['deferred', 'undelivered', 'delivered', 'bounced', 'complained'];

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
  /** Null where the job was taken from its worker. */
  job: number | null;
  seq: number;
  probe: boolean;
  /** The claim's answer was lost with its connection: nobody is called before it is repeated. */
  unanswered: boolean;
}

export type CampaignStatus = 'SENDING' | 'PAUSED' | 'SENT' | 'PARTIALLY_SENT' | 'FAILED' | 'CANCELLED';
const open = (status: CampaignStatus) => status === 'SENDING' || status === 'PAUSED';

/** Refused with this HTTP status. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/**
 * One campaign and its recipients as the rules say, without SQL, jobs or clocks. Each verb is called like that of the ledger and leaves what the
 * ledger must leave.
 */
export class Model {
  readonly people: Person[];
  readonly attempts = new Map<number, Attempt>();
  readonly suppressed = new Map<string, Set<string>>();
  readonly reached = new Set<string>();
  readonly campaign = {
    status: 'SENDING' as CampaignStatus,
    policy: 'resend' as 'resend' | 'hold',
    moving: false,
    doubtful: false,
    restored: false,
    stop: null as string | null,
    rest: null as string | null,
    failure: null as string | null,
    reopenedFrom: null as CampaignStatus | null,
    retryCodes: null as string[] | null,
    retriedAt: 0,
    retryCount: 0,
    maxRetries: 3,
  };
  held = false;
  home = true;
  calls: Call[] = [];
  channel: 'email' | 'sms';
  #now = 0;

  constructor(channel: 'email' | 'sms', policy: 'resend' | 'hold', people: { id: number; address: string }[]) {
    this.channel = channel;
    this.campaign.policy = policy;
    this.people = people.map(({ id, address }) => ({
      ...{ id, address, former: [], status: 'pending' as const, held: false, due: false, round: 0, attempts: 0, seq: 0, code: null },
      ...{ delivery: null, attempt: null, failedAt: null, claimedBy: null, left: false },
    }));
  }

  count(status: Status): number {
    return this.people.filter((person) => person.status === status).length;
  }

  heldPeople(): Person[] {
    return this.people.filter(({ status, held }) => status === 'unknown' && held);
  }

  /** Nobody may send to it, for whatever reason. */
  isSuppressed(address: string): boolean {
    return (this.suppressed.get(address)?.size ?? 0) > 0;
  }

  suppress(address: string, reason: string): void {
    this.suppressed.set(address, (this.suppressed.get(address) ?? new Set()).add(reason));
  }

  /** What a person takes off: their own block, else the only reason that stands. */
  unsuppress(address: string): void {
    const reasons = this.suppressed.get(address) ?? new Set();
    if (reasons.size === 0) throw new Refusal(404);
    if (reasons.delete('manual')) return;
    if (reasons.size > 1) throw new Refusal(409);
    reasons.clear();
  }

  /** What an attempt of this round was sent to. */
  addressIn(person: Person, round: number): string {
    return person.former.find((one) => one.round >= round)?.address ?? person.address;
  }

  // What moves a recipient.

  #move(verb: VerbName, person: Person, to: Status, more: Partial<Person> = {}): void {
    const from = person.status;
    if (!verbsBetween(from, to).includes(verb))
      throw new Error(`${verb} leads nobody from ${from} to ${to}: it does not stand in the table`);
    this.reached.add(`${verb}: ${from} to ${to}`);
    const stays = from === to;
    Object.assign(person, {
      status: to,
      held: to === 'unknown' && stays && person.held,
      due: stays && person.due,
      failedAt: to === 'failed' ? (person.failedAt ?? ++this.#now) : null,
      claimedBy: to === 'sending' ? person.claimedBy : null,
      ...more,
    });
  }

  /** One statement on recipients, and what the campaign makes of it. */
  #statement(work: () => boolean | undefined, reopens = false): void {
    const before = {
      sent: this.count('sent'),
      suppressed: this.count('suppressed'),
      queued: this.count('queued'),
      pending: this.count('pending'),
    };
    if (work() === false) return;
    const { campaign: c } = this;
    const more = (status: 'sent' | 'suppressed' | 'queued') => this.count(status) - before[status];
    const ended = !open(c.status);
    if (reopens && more('queued') > 0 && ended) {
      if (c.moving) throw new Error('reopened while it is being ended');
      Object.assign(c, { reopenedFrom: c.status, status: 'SENDING', rest: before.pending > 0 ? c.failure : null, failure: null });
    } else if (ended && c.status !== 'CANCELLED' && (more('sent') !== 0 || more('suppressed') !== 0 || more('queued') > 0)) {
      c.status = this.#outcome();
      c.failure = c.status === 'SENT' ? null : (c.failure ?? 'recipients_failed');
    }
    this.endIfDone();
  }

  #outcome(): CampaignStatus {
    if (this.count('sent') + this.count('suppressed') === this.people.length) return 'SENT';
    return this.count('sent') > 0 ? 'PARTIALLY_SENT' : 'FAILED';
  }

  inFlight(): number {
    return this.count('queued') + this.count('sending') + this.count('retrying') + this.count('unknown') - this.heldPeople().length;
  }

  endIfDone(): void {
    const { campaign: c } = this;
    if (!open(c.status) || c.moving || (c.status === 'PAUSED' && c.restored && this.heldPeople().length > 0)) return;
    if (this.inFlight() > 0 || (this.count('pending') > 0 && c.stop === null && c.rest === null)) return;
    c.status = c.reopenedFrom === 'CANCELLED' ? 'CANCELLED' : this.#outcome();
    c.failure = c.status === 'PARTIALLY_SENT' || c.status === 'FAILED' ? (c.stop ?? c.rest ?? 'recipients_failed') : null;
    Object.assign(c, { stop: null, rest: null, reopenedFrom: null });
  }

  #sends(): boolean {
    return this.campaign.status === 'SENDING' && this.campaign.stop === null && this.home;
  }

  offers(): boolean {
    return this.#sends() && this.campaign.rest === null && !this.held;
  }

  offer(): void {
    if (!this.offers()) return;
    const waiting = this.people.filter(({ status }) => status === 'pending');
    this.#statement(() => {
      for (const person of waiting) this.#move('offer', person, 'queued', { seq: person.seq + 1 });
      return waiting.length > 0;
    });
  }

  offerProbe(person: Person): void {
    this.#statement(() => {
      this.#move('offer', person, 'queued', { seq: person.seq + 1 });
      return true;
    });
  }

  renew(whom: Person[]): void {
    this.#statement(() => {
      for (const person of whom) this.#move('renew', person, person.status, { seq: person.seq + 1 });
      return whom.length > 0;
    });
  }

  /** Time passes for these; a statement that changes nothing else is one all the same. */
  pass(whose: (person: Person) => boolean, more: Partial<Person> = {}): void {
    const whom = this.people.filter(whose);
    this.#statement(() => {
      for (const person of whom) Object.assign(person, more);
      return whom.length > 0;
    });
  }

  /** @returns whether its worker is to call the provider now */
  claim(person: Person, { seq, probe, worker, repeated }: { seq: number; probe: boolean; worker: number; repeated: boolean }): boolean {
    const again = person.status === 'sending';
    const due =
      person.status === 'queued' || (person.status === 'retrying' && person.due) || (again && repeated && person.claimedBy === worker);
    if (seq !== person.seq || !due) return false;
    const turn = this.#sends() && (probe || !this.held);
    const maySend = turn && !this.isSuppressed(person.address);
    const attempts = person.attempts + Number(maySend) - Number(again);
    this.#statement(() => {
      if (maySend) this.#move('claim', person, 'sending', { attempts, claimedBy: worker, delivery: null, due: false });
      else if (turn) this.#move('claim', person, 'suppressed', { attempts, code: null });
      else this.#move('claim', person, this.campaign.status === 'CANCELLED' ? 'cancelled' : 'pending', { attempts });
      return true;
    });
    return maySend;
  }

  /** The claim's statement made this attempt. */
  begin(person: Person, id: number): Attempt {
    const attempt = {
      id,
      person,
      round: person.round,
      number: person.attempts,
      outcome: null,
      told: [],
      took: false,
      seen: new Set<string>(),
      old: false,
    };
    person.attempt = id;
    this.attempts.set(id, attempt);
    return attempt;
  }

  settle(attempt: Attempt, answer: Answer): void {
    const { person } = attempt;
    const { campaign: c } = this;
    let learns = false;
    const late = person.status === 'unknown' && (answer.outcome === 'accepted' || answer.outcome === 'permanent');
    if (person.attempt === attempt.id && (person.status === 'sending' || late)) {
      let next: Status = answer.status;
      if (next === 'retrying' || next === 'pending') next = c.status === 'CANCELLED' ? 'cancelled' : c.stop === null ? next : 'pending';
      if (answer.outcome !== null) attempt.outcome ??= answer.outcome;
      const attempts = person.attempts - Number(answer.refund);
      this.#statement(() => {
        this.#move('settle', person, next, { attempts, code: answer.code, held: false, due: false });
        return true;
      });
      // What the provider told before its answer was in.
      learns = attempt.told.length > 0;
    }
    if (answer.outcome === 'account') this.stop(answer.code ?? 'configuration');
    if (answer.code === 'opted_out') this.suppress(this.addressIn(person, attempt.round), 'stop');
    if (learns) this.learn([attempt]);
  }

  /** Makes of people what all reports about their newest attempt say. */
  learn(attempts: Attempt[]): void {
    this.#statement(() => {
      let any = false;
      for (const { id, person, told } of attempts) {
        if (person.attempt !== id || told.length === 0) continue;
        const delivery = ranks.findLast((rank) => told.includes(rank)) ?? null;
        const givenBack = this.channel === 'sms' && delivery === 'undelivered';
        const { status } = person;
        const next = givenBack ? (status === 'sent' || status === 'unknown' ? 'failed' : status) : status === 'sending' ? status : 'sent';
        const code = givenBack && next === 'failed' ? 'unreachable' : next === status ? person.code : null;
        if (delivery === person.delivery && next === status && code === person.code) continue;
        this.#move('learn', person, next, { delivery, code });
        any = true;
      }
      return any;
    });
  }

  leave(person: Person): void {
    if (person.left) return;
    this.#statement(() => {
      person.left = true;
      return true;
    });
  }

  /** Nobody will tell the outcome of these any more. */
  lapse(whose: (person: Person) => boolean): void {
    const lost = this.people.filter((person) => person.status === 'sending' && whose(person));
    this.#statement(() => {
      for (const person of lost) {
        const attempt = this.attempts.get(person.attempt as number);
        if (attempt) attempt.outcome ??= 'unknown';
        this.#move('lapse', person, 'unknown', { code: 'outcome_unknown' });
      }
      return lost.length > 0;
    });
  }

  postpone(whom: Person[]): void {
    this.#statement(() => {
      for (const person of whom) this.#move('postpone', person, 'unknown', { due: false });
      return whom.length > 0;
    });
  }

  /** The policy decides about these. */
  conclude(whom: Person[]): void {
    const { campaign: c } = this;
    this.#statement(() => {
      for (const person of whom) {
        if (c.policy === 'hold') this.#move('conclude', person, 'unknown', { held: true, due: false });
        else if (person.attempts >= 4 || !open(c.status)) this.#move('conclude', person, 'failed', { code: 'outcome_unknown' });
        else if (this.campaign.status === 'SENDING' && c.stop === null)
          this.#move('conclude', person, 'queued', { code: null, seq: person.seq + 1 });
        else this.#move('conclude', person, 'pending', { code: null });
      }
      return whom.length > 0;
    });
  }

  /** The task that takes back, or starts a round, as the campaign's state asks. */
  giveBack(): void {
    const { campaign: c } = this;
    if (c.status !== 'SENDING' && c.status !== 'PAUSED' && c.status !== 'CANCELLED') return;
    const cancelled = c.status === 'CANCELLED';
    const round = !cancelled && c.stop === null && c.retryCodes !== null;
    const moves = ({ status, attempts, code, failedAt }: Person) =>
      (status === 'queued' && (c.status !== 'SENDING' || c.stop !== null)) ||
      (status === 'retrying' && (cancelled || c.stop !== null)) ||
      (status === 'pending' && (cancelled || (round && attempts > 0))) ||
      (status === 'failed' && round && c.retryCodes?.includes(code as string) && (failedAt as number) <= c.retriedAt);
    for (let moved = this.people.filter(moves); moved.length > 0; moved = this.people.filter(moves)) {
      this.#statement(() => {
        for (const person of moved) {
          const again = round && (person.status === 'pending' || person.status === 'failed');
          const fresh = again ? { round: person.round + 1, attempts: 0 } : {};
          this.#move(again ? 'retry' : 'giveBack', person, cancelled ? 'cancelled' : 'pending', { code: null, ...fresh });
        }
        return true;
      });
    }
  }

  finishMove(): void {
    if (!this.campaign.moving) return;
    Object.assign(this.campaign, { moving: false, retryCodes: null });
    this.endIfDone();
  }

  /** After a restored backup. */
  doubt(): void {
    if (!this.campaign.doubtful) return;
    const { rest } = this.campaign;
    for (const listed of [['retrying'], ['pending', 'queued']]) {
      const doubted = this.people.filter(({ status }) => listed.includes(status) && (status !== 'pending' || rest === null));
      this.#statement(() => {
        for (const person of doubted) {
          const sms = this.channel === 'sms';
          const attempts = Math.min(person.attempts + 1, 4);
          const more = {
            attempts,
            attempt: NOBODYS,
            seq: person.seq + 1,
            held: !sms,
            due: sms,
            code: 'outcome_unknown',
            delivery: null,
          } as const;
          this.#move('doubt', person, 'unknown', more);
        }
        return doubted.length > 0;
      });
    }
    this.campaign.doubtful = false;
  }

  // What people do.

  pause(): void {
    if (this.campaign.status !== 'SENDING') throw new Refusal(409);
    Object.assign(this.campaign, { status: 'PAUSED', moving: true });
  }

  resume(): void {
    if (this.campaign.status !== 'PAUSED') throw new Refusal(409);
    this.campaign.status = 'SENDING';
    this.endIfDone();
  }

  cancel(): void {
    if (!open(this.campaign.status)) throw new Refusal(409);
    Object.assign(this.campaign, { status: 'CANCELLED', moving: true });
  }

  stop(code: string): void {
    const { campaign: c } = this;
    if (open(c.status) && c.stop === null) Object.assign(c, { stop: code, moving: true });
  }

  retryRound(codes: readonly string[] | undefined, byDefault: (code: string) => boolean): void {
    const { campaign: c } = this;
    if ((c.status !== 'FAILED' && c.status !== 'PARTIALLY_SENT') || c.retryCount >= c.maxRetries) throw new Refusal(409);
    const standing = [...new Set(this.people.filter(({ status }) => status === 'failed').map(({ code }) => code as string))];
    if (codes?.some((code) => !standing.includes(code))) throw new Refusal(422);
    const chosen = codes ? [...codes] : standing.filter(byDefault);
    const failed = this.people.filter(({ status, code }) => status === 'failed' && chosen.includes(code as string));
    if (this.count('pending') + failed.length === 0) throw new Refusal(409);
    Object.assign(c, {
      status: 'SENDING',
      retryCount: c.retryCount + 1,
      failure: null,
      retryCodes: chosen,
      retriedAt: ++this.#now,
      moving: true,
    });
  }

  /** A person sends to these again. */
  #reopen(whom: Person[], corrected?: string): void {
    const { campaign: c } = this;
    if (c.status === 'CANCELLED' && (c.moving || this.count('unknown') > this.heldPeople().length)) throw new Refusal(409);
    const taken = corrected !== undefined && this.people.some((other) => other !== whom[0] && other.address === corrected);
    if (taken) throw new Refusal(409);
    const to = c.status === 'PAUSED' ? 'pending' : 'queued';
    this.#statement(() => {
      for (const person of whom) {
        const address = corrected ?? person.address;
        if (address !== person.address) person.former.push({ round: person.round, address: person.address });
        const attempt = address !== person.address || person.status === 'sent' ? NOBODYS : person.attempt;
        const fresh = { round: person.round + 1, attempts: 0, code: null, delivery: null };
        this.#move('reopen', person, to, { ...fresh, attempt, address, seq: person.seq + 1, failedAt: null });
      }
      return whom.length > 0;
    }, true);
  }

  retryOne(person: Person, address?: string): void {
    const { status, delivery } = person;
    const cameBack = delivery === 'bounced' || delivery === 'undelivered';
    if (status !== 'failed' && status !== 'unknown' && !(status === 'sent' && cameBack)) throw new Refusal(409);
    if (this.campaign.status === 'CANCELLED') throw new Refusal(409);
    if (this.isSuppressed(address ?? person.address)) throw new Refusal(409);
    this.#reopen([person], address);
  }

  resolveOne(person: Person, outcome: 'sent' | 'failed' | 'resend'): void {
    const decidable = person.status === 'failed' && (person.code === 'outcome_unknown' || person.code === 'not_arrived');
    if (person.status !== 'unknown' && !decidable) throw new Refusal(409);
    if (outcome === 'resend') this.#reopen([person]);
    else this.#decide([person], outcome);
  }

  /** @returns how many */
  resolveAll(outcome: 'sent' | 'failed' | 'resend', named?: Person[]): number {
    const codes = named ? ['outcome_unknown', 'not_arrived'] : ['outcome_unknown'];
    const whom = (named ?? this.people).filter(
      ({ status, held, code }) => (status === 'unknown' && held) || (status === 'failed' && codes.includes(code as string)),
    );
    if (whom.length === 0) return 0;
    if (outcome === 'resend') this.#reopen(whom);
    else this.#decide(whom, outcome);
    return whom.length;
  }

  #decide(whom: Person[], to: 'sent' | 'failed'): void {
    this.#statement(() => {
      for (const person of whom) this.#move('decide', person, to, { code: to === 'sent' ? null : 'not_arrived' });
      return true;
    });
  }

  restore(): void {
    const { campaign: c } = this;
    this.home = false;
    if (c.status === 'PAUSED') Object.assign(c, { restored: true, policy: 'hold' });
    if (c.status === 'SENDING') Object.assign(c, { status: 'PAUSED', moving: true, doubtful: true, restored: true, policy: 'hold' });
  }
}
