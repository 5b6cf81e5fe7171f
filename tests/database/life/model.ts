import { LedgerModel } from './ledger-model.ts';
import { NOBODYS, open, type Person, Refusal } from './person.ts';

/** The model with what people do: each act is refused, or leaves what the product must leave. */
export class Model extends LedgerModel {
  pause(): void {
    if (this.campaign.status !== 'SENDING') throw new Refusal(409);
    this.halt();
  }

  private halt(): void {
    const { campaign: c } = this;
    Object.assign(c, { status: 'PAUSED', doing: c.doing === 'sending' ? 'nothing' : c.doing });
  }

  resume(): void {
    const { campaign: c } = this;
    if (c.status !== 'PAUSED') throw new Refusal(409);
    Object.assign(c, { status: 'SENDING', doing: c.doing === 'nothing' ? 'sending' : c.doing });
    this.endIfDone();
  }

  cancel(): void {
    if (!open(this.campaign.status)) throw new Refusal(409);
    Object.assign(this.campaign, { status: 'CANCELLED', doing: 'nothing', stop: null, retryCodes: null, reopenedFrom: null });
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
      doing: 'gathering',
      retryCount: c.retryCount + 1,
      failure: null,
      retryCodes: chosen,
      retriedAt: ++this.now,
    });
  }

  /** A person sends to these again. */
  private reopen(whom: Person[], corrected?: string): void {
    const { campaign: c } = this;
    if (c.status === 'CANCELLED' && (this.isMoving() || this.count('unknown') > this.heldPeople().length)) throw new Refusal(409);
    const taken = corrected !== undefined && this.people.some((other) => other !== whom[0] && other.address === corrected);
    if (taken) throw new Refusal(409);
    const to = c.status === 'PAUSED' || c.doing === 'stopping' ? this.givenBack() : 'queued';
    this.statement(() => {
      for (const person of whom) {
        const address = corrected ?? person.address;
        if (address !== person.address) person.former.push({ round: person.round, address: person.address });
        const attempt = address !== person.address || person.status === 'sent' ? NOBODYS : person.attempt;
        const fresh = { round: person.round + 1, attempts: 0, code: null, delivery: null };
        this.move('reopen', person, to, { ...fresh, attempt, address, seq: person.seq + 1, failedAt: null });
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
    this.reopen([person], address);
  }

  resolveOne(person: Person, outcome: 'sent' | 'failed' | 'resend'): void {
    const decidable = person.status === 'failed' && (person.code === 'outcome_unknown' || person.code === 'not_arrived');
    if (person.status !== 'unknown' && !decidable) throw new Refusal(409);
    if (outcome === 'resend') this.reopen([person]);
    else this.decide([person], outcome);
  }

  /** @returns how many */
  resolveAll(outcome: 'sent' | 'failed' | 'resend', named?: Person[]): number {
    const codes = named ? ['outcome_unknown', 'not_arrived'] : ['outcome_unknown'];
    const whom = (named ?? this.people).filter(
      ({ status, held, code }) => (status === 'unknown' && held) || (status === 'failed' && codes.includes(code as string)),
    );
    if (whom.length === 0) return 0;
    if (outcome === 'resend') this.reopen(whom);
    else this.decide(whom, outcome);
    return whom.length;
  }

  private decide(whom: Person[], to: 'sent' | 'failed'): void {
    this.statement(() => {
      for (const person of whom) this.move('decide', person, to, { code: to === 'sent' ? null : 'not_arrived' });
      return true;
    });
  }

  restore(): void {
    const { campaign: c } = this;
    this.home = false;
    if (c.status === 'PAUSED') Object.assign(c, { restored: true, policy: 'hold' });
    if (c.status !== 'SENDING') return;
    this.halt();
    Object.assign(c, { doubtful: true, restored: true, policy: 'hold' });
  }
}
