import type { CampaignDoing } from '#db/ledger/campaign-transitions.ts';
import { type Status, type VerbName, verbsBetween } from '#db/ledger/transitions.ts';
import { type Answer, type Attempt, type Call, type CampaignStatus, NOBODYS, open, type Person, Refusal, ranks } from './person.ts';

/**
 * One campaign and its recipients as the rules say, without SQL, jobs or clocks. Each verb is called like that of the ledger and leaves what the
 * ledger must leave.
 */
export class LedgerModel {
  readonly people: Person[];
  readonly attempts = new Map<number, Attempt>();
  readonly suppressed = new Map<string, Set<string>>();
  readonly reached = new Set<string>();
  readonly campaign = {
    status: 'SENDING' as CampaignStatus,
    policy: 'resend' as 'resend' | 'hold',
    doing: 'sending' as CampaignDoing,
    doubtful: false,
    restored: false,
    stop: null as string | null,
    failure: null as string | null,
    reopenedFrom: null as CampaignStatus | null,
    retryCodes: null as string[] | null,
    retriedAt: 0,
    retryCount: 0,
    maxRetries: 3,
  };
  held = false;
  /** A person has stopped the channel. */
  stopped = false;
  home = true;
  calls: Call[] = [];
  channel: 'email' | 'sms';
  protected now = 0;

  constructor(channel: 'email' | 'sms', policy: 'resend' | 'hold', people: { id: number; address: string }[]) {
    this.channel = channel;
    this.campaign.policy = policy;
    this.people = people.map(({ id, address }) => ({
      ...{ id, address, former: [], status: 'pending' as const, held: false, due: false, round: 0, attempts: 0, seq: 0, code: null },
      ...{ delivery: null, attempt: null, failedAt: null, claimedBy: null, left: false, complained: false },
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
    if (new Set([...reasons].map((reason) => reason.split(' by ')[0])).size > 1) throw new Refusal(409);
    reasons.clear();
  }

  /** What an attempt of this round was sent to. */
  addressIn(person: Person, round: number): string {
    return person.former.find((one) => one.round >= round)?.address ?? person.address;
  }

  // What moves a recipient.

  protected move(verb: VerbName, person: Person, to: Status, more: Partial<Person> = {}): void {
    const from = person.status;
    if (!verbsBetween(from, to).includes(verb))
      throw new Error(`${verb} leads nobody from ${from} to ${to}: it does not stand in the table`);
    this.reached.add(`${verb}: ${from} to ${to}`);
    const stays = from === to;
    Object.assign(person, {
      status: to,
      held: to === 'unknown' && stays && person.held,
      due: stays && person.due,
      failedAt: to === 'failed' ? (person.failedAt ?? ++this.now) : null,
      claimedBy: to === 'sending' ? person.claimedBy : null,
      ...more,
    });
  }

  /** One statement on recipients, and what the campaign makes of it. */
  protected statement(work: () => boolean | undefined, reopens = false): void {
    const before = {
      sent: this.count('sent'),
      suppressed: this.count('suppressed'),
      queued: this.count('queued'),
      pending: this.count('pending'),
    };
    const moving = this.isMoving();
    if (work() === false) return;
    const { campaign: c } = this;
    const more = (status: 'sent' | 'suppressed' | 'queued') => this.count(status) - before[status];
    const ended = !open(c.status);
    if (reopens && more('queued') > 0 && ended) {
      if (moving) throw new Error('reopened while it is being ended');
      const rests = before.pending > 0;
      Object.assign(c, { reopenedFrom: c.status, status: 'SENDING', doing: rests ? 'singles' : 'sending' });
      Object.assign(c, { stop: rests ? c.failure : null, failure: null });
    } else if (ended && c.status !== 'CANCELLED' && (more('sent') !== 0 || more('suppressed') !== 0 || more('queued') > 0)) {
      c.status = this.outcome();
      c.failure = c.status === 'SENT' ? null : (c.failure ?? 'recipients_failed');
    }
    this.endIfDone();
  }

  protected outcome(): CampaignStatus {
    if (this.count('sent') + this.count('suppressed') === this.people.length) return 'SENT';
    return this.count('sent') > 0 ? 'PARTIALLY_SENT' : 'FAILED';
  }

  inFlight(): number {
    return this.count('queued') + this.count('sending') + this.count('retrying') + this.count('unknown') - this.heldPeople().length;
  }

  endIfDone(): void {
    const { campaign: c } = this;
    if (!open(c.status) || c.doing === 'gathering' || c.doubtful || (c.status === 'PAUSED' && c.restored && this.heldPeople().length > 0))
      return;
    if (this.inFlight() > 0 || (this.count('pending') > 0 && c.stop === null)) return;
    c.status = c.reopenedFrom === 'CANCELLED' ? 'CANCELLED' : this.outcome();
    c.failure = c.status === 'PARTIALLY_SENT' || c.status === 'FAILED' ? (c.stop ?? 'recipients_failed') : null;
    Object.assign(c, { doing: 'nothing', stop: null, reopenedFrom: null });
  }

  /** Somebody is still to be taken back, cancelled, gathered or doubted. */
  isMoving(): boolean {
    const { status, doing, doubtful } = this.campaign;
    if (doing === 'gathering' || doubtful) return true;
    if (status === 'CANCELLED') return this.count('pending') + this.count('queued') + this.count('retrying') > 0;
    if (doing === 'stopping') return this.count('queued') + this.count('retrying') > 0;
    return status === 'PAUSED' && doing !== 'singles' && this.count('queued') > 0;
  }

  sends(): boolean {
    return this.campaign.status === 'SENDING' && this.campaign.doing !== 'stopping' && !this.stopped && this.home;
  }

  /** What becomes of whoever may not be sent to now: single people stay apart from those who are never tried. */
  protected givenBack(): 'cancelled' | 'queued' | 'pending' {
    if (this.campaign.status === 'CANCELLED') return 'cancelled';
    return this.campaign.doing === 'singles' ? 'queued' : 'pending';
  }

  /** Single people are sent to, and have jobs. */
  offersSingles(): boolean {
    return this.sends() && this.campaign.doing === 'singles' && !this.held;
  }

  offerAgain(): void {
    if (this.offersSingles()) this.renew(this.people.filter(({ status }) => status === 'queued'));
  }

  offers(): boolean {
    return this.sends() && this.campaign.doing !== 'singles' && !this.held;
  }

  offerProbe(person: Person): void {
    this.statement(() => {
      this.move('offer', person, 'queued', { seq: person.seq + 1 });
      return true;
    });
  }

  renew(whom: Person[]): void {
    this.statement(() => {
      for (const person of whom) this.move('renew', person, person.status, { seq: person.seq + 1 });
      return whom.length > 0;
    });
  }

  /** Time passes for these; a statement that changes nothing else is one all the same. */
  pass(whose: (person: Person) => boolean, more: Partial<Person> = {}): void {
    const whom = this.people.filter(whose);
    this.statement(() => {
      for (const person of whom) Object.assign(person, more);
      return whom.length > 0;
    });
  }

  /** The next of those who wait, in the order of the list. @returns those to call the provider for, and all that were taken */
  claimChunk(after: number, count: number, worker: number): { sending: Person[]; taken: Person[] } {
    const waiting = this.people.filter(({ id, status }) => status === 'pending' && id > after);
    const taken = this.offers() ? waiting.slice(0, count) : [];
    const sending = taken.filter(({ address }) => !this.isSuppressed(address));
    this.statement(() => {
      for (const person of taken) {
        const seq = person.seq + 1;
        if (sending.includes(person))
          this.move('claim', person, 'sending', { seq, attempts: person.attempts + 1, claimedBy: worker, delivery: null });
        else this.move('claim', person, 'suppressed', { seq, code: null });
      }
      return taken.length > 0;
    });
    return { sending, taken };
  }

  /** @returns whether its worker is to call the provider now */
  claim(person: Person, { seq, probe, worker, repeated }: { seq: number; probe: boolean; worker: number; repeated: boolean }): boolean {
    const again = person.status === 'sending';
    const due =
      person.status === 'queued' || (person.status === 'retrying' && person.due) || (again && repeated && person.claimedBy === worker);
    if (seq !== person.seq || !due) return false;
    const turn = this.sends() && (probe || !this.held);
    const maySend = turn && !this.isSuppressed(person.address);
    const attempts = person.attempts + Number(maySend) - Number(again);
    this.statement(() => {
      if (maySend) this.move('claim', person, 'sending', { attempts, claimedBy: worker, delivery: null, due: false });
      else if (turn) this.move('claim', person, 'suppressed', { attempts, code: null });
      else this.move('claim', person, this.givenBack(), { attempts });
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
      if (next === 'pending' || (next === 'retrying' && (c.status === 'CANCELLED' || c.doing === 'stopping'))) next = this.givenBack();
      if (answer.outcome !== null) attempt.outcome ??= answer.outcome;
      const attempts = person.attempts - Number(answer.refund);
      this.statement(() => {
        this.move('settle', person, next, { attempts, code: answer.code, held: false, due: false });
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
    this.statement(() => {
      let any = false;
      for (const { id, person, told } of attempts) {
        if (person.attempt !== id || told.length === 0) continue;
        const delivery = ranks.findLast((rank) => told.includes(rank)) ?? null;
        const givenBack = this.channel === 'sms' && delivery === 'undelivered';
        const { status } = person;
        const next = givenBack ? (status === 'sent' || status === 'unknown' ? 'failed' : status) : status === 'sending' ? status : 'sent';
        const code = givenBack && next === 'failed' ? 'unreachable' : next === status ? person.code : null;
        if (delivery === person.delivery && next === status && code === person.code) continue;
        this.move('learn', person, next, { delivery, code });
        any = true;
      }
      return any;
    });
  }

  leave(person: Person, how: 'left' | 'complained' = 'left'): void {
    if (person[how]) return;
    this.statement(() => {
      person[how] = true;
      return true;
    });
  }

  /** Nobody will tell the outcome of these any more. */
  lapse(whose: (person: Person) => boolean): void {
    const lost = this.people.filter((person) => person.status === 'sending' && whose(person));
    this.statement(() => {
      for (const person of lost) {
        const attempt = this.attempts.get(person.attempt as number);
        if (attempt) attempt.outcome ??= 'unknown';
        this.move('lapse', person, 'unknown', { code: 'outcome_unknown' });
      }
      return lost.length > 0;
    });
  }

  postpone(whom: Person[]): void {
    this.statement(() => {
      for (const person of whom) this.move('postpone', person, 'unknown', { due: false });
      return whom.length > 0;
    });
  }

  /** The policy decides about these. */
  conclude(whom: Person[]): void {
    const { campaign: c } = this;
    this.statement(() => {
      for (const person of whom) {
        if (c.policy === 'hold') this.move('conclude', person, 'unknown', { held: true, due: false });
        else if (person.attempts >= 4 || !open(c.status)) this.move('conclude', person, 'failed', { code: 'outcome_unknown' });
        else if (c.status === 'SENDING' && c.doing !== 'stopping')
          this.move('conclude', person, 'queued', { code: null, seq: person.seq + 1 });
        else {
          const next = this.givenBack();
          this.move('conclude', person, next, { code: null, seq: person.seq + Number(next === 'queued') });
        }
      }
      return whom.length > 0;
    });
  }

  /** The task that takes back, or starts a round, as the campaign's state asks. */
  giveBack(): void {
    const { campaign: c } = this;
    if (c.status !== 'SENDING' && c.status !== 'PAUSED' && c.status !== 'CANCELLED') return;
    const cancelled = c.status === 'CANCELLED';
    const stops = c.doing === 'stopping';
    const round = c.doing === 'gathering';
    const moves = ({ status, attempts, code, failedAt }: Person) =>
      (status === 'queued' && (cancelled || stops || (c.status === 'PAUSED' && c.doing !== 'singles'))) ||
      (status === 'retrying' && (cancelled || stops)) ||
      (status === 'pending' && (cancelled || (round && attempts > 0))) ||
      (status === 'failed' && round && c.retryCodes?.includes(code as string) && (failedAt as number) <= c.retriedAt);
    for (let moved = this.people.filter(moves); moved.length > 0; moved = this.people.filter(moves)) {
      this.statement(() => {
        for (const person of moved) {
          const again = round && (person.status === 'pending' || person.status === 'failed');
          const fresh = again ? { round: person.round + 1, attempts: 0 } : {};
          this.move(again ? 'retry' : 'giveBack', person, cancelled ? 'cancelled' : 'pending', { code: null, ...fresh });
        }
        return true;
      });
    }
  }

  stop(code: string): void {
    const { campaign: c } = this;
    if (open(c.status) && c.doing !== 'stopping') Object.assign(c, { doing: 'stopping', stop: code, retryCodes: null });
  }

  finishMove(): void {
    const { campaign: c } = this;
    if (c.doing === 'gathering') Object.assign(c, { doing: c.status === 'SENDING' ? 'sending' : 'nothing', retryCodes: null });
    this.endIfDone();
  }

  /** After a restored backup. */
  doubt(): void {
    if (!this.campaign.doubtful) return;
    const { doing } = this.campaign;
    for (const listed of [['retrying'], ['pending', 'queued']]) {
      const doubted = this.people.filter(({ status }) => listed.includes(status) && (status !== 'pending' || doing !== 'singles'));
      this.statement(() => {
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
          this.move('doubt', person, 'unknown', more);
        }
        return doubted.length > 0;
      });
    }
    this.campaign.doubtful = false;
  }
}
