import { randomBytes } from 'node:crypto';
import type { Channel } from './faults.ts';

/** Ids that Rollcall sent along; null where a message carried none (a test message). */
export interface Ids {
  campaign: number | null;
  recipient: number | null;
  round: number | null;
  attempt: number | null;
}

export type SmsStatus = 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed';

/** One accepted message. */
export interface Arrived extends Ids {
  /** Counts from 0 since the start, over both channels. */
  n: number;
  channel: Channel;
  /** Epoch milliseconds. */
  at: number;
  to: string;
  from: string;
  /** What was in it; null once it is too old to be kept. */
  content: Record<string, unknown> | null;
  /** SMS only. */
  status: SmsStatus;
  errorCode: number | null;
}

export interface Doubled {
  campaign_id: number | null;
  recipient_id: number;
  round: number;
  accepted: number;
}

interface Limits {
  /** Messages of which anything is known one by one. */
  records: number;
  /** Messages whose content is kept, and how many characters of content in all. */
  contents: number;
  characters: number;
}

const defaultLimits: Limits = { records: 1_000_000, contents: 100_000, characters: 64_000_000 };

/**
 * Everything that was accepted, in memory: each message while it is among the last million, its content while it is among the last
 * 100,000, and who got one twice for ever.
 */
export class Ledger {
  requests = 0;
  refused = 0;
  unanswered = 0;
  accepted = 0;
  /** Set anew at each start, so that ids of an earlier sandbox are never taken for ones of this. */
  readonly run = randomBytes(8).toString('hex');
  #limits: Limits;
  #next = 0;
  #first = 0;
  #firstWithContent = 0;
  #characters = 0;
  #records = new Map<number, Arrived>();
  #byAddress = new Map<string, number | number[]>();
  #recipients = new Map<number | null, Set<number>>();
  #doubled = new Map<string, Doubled>();

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
  }

  accept(message: Omit<Arrived, 'n'>): Arrived {
    const arrived: Arrived = { n: this.#next++, ...message };
    this.accepted += 1;
    this.#records.set(arrived.n, arrived);
    const before = this.#byAddress.get(arrived.to);
    if (before === undefined) this.#byAddress.set(arrived.to, arrived.n);
    else if (typeof before === 'number') this.#byAddress.set(arrived.to, [before, arrived.n]);
    else before.push(arrived.n);
    this.#characters += size(arrived);
    this.#count(arrived);
    this.#trim();
    return arrived;
  }

  get(n: number): Arrived | undefined {
    return this.#records.get(n);
  }

  /** In the order of arrival, from number `cursor` on. */
  list({ to, cursor = 0, limit }: { to?: string | undefined; cursor?: number; limit: number }): {
    messages: Arrived[];
    next: number | null;
  } {
    const messages: Arrived[] = [];
    for (const n of this.#numbers(to, cursor)) {
      if (messages.length === limit) return { messages, next: n };
      const message = this.#records.get(n);
      if (message) messages.push(message);
    }
    return { messages, next: null };
  }

  /** All to one address that are still known, in the order of arrival. */
  to(address: string): Arrived[] {
    return [...this.#numbers(address, 0)].flatMap((n) => this.#records.get(n) ?? []);
  }

  doubled(): Doubled[] {
    return [...this.#doubled.values()];
  }

  clear(): void {
    this.requests = this.refused = this.unanswered = this.accepted = this.#characters = 0;
    this.#first = this.#firstWithContent = this.#next;
    for (const kept of [this.#records, this.#byAddress, this.#recipients, this.#doubled]) kept.clear();
  }

  *#numbers(to: string | undefined, cursor: number): Iterable<number> {
    if (to === undefined) {
      for (let n = Math.max(cursor, this.#first); n < this.#next; n++) yield n;
      return;
    }
    for (const n of [this.#byAddress.get(to) ?? []].flat()) if (n >= cursor) yield n;
  }

  #count({ campaign, recipient, round }: Ids): void {
    if (recipient === null) return;
    // One number for recipient and round: rounds stay below 64, and a set of a million strings would take five times the memory.
    const key = recipient * 64 + (round ?? 0);
    const seen = this.#recipients.get(campaign);
    if (!seen) {
      this.#recipients.set(campaign, new Set([key]));
      return;
    }
    if (!seen.has(key)) {
      seen.add(key);
      return;
    }
    const name = `${campaign}:${key}`;
    const entry = this.#doubled.get(name) ?? { campaign_id: campaign, recipient_id: recipient, round: round ?? 0, accepted: 1 };
    entry.accepted += 1;
    this.#doubled.set(name, entry);
  }

  #trim(): void {
    const { records, contents, characters } = this.#limits;
    while (this.#next - this.#firstWithContent > contents || (this.#characters > characters && this.#firstWithContent < this.#next - 1)) {
      const old = this.#records.get(this.#firstWithContent++);
      if (!old) continue;
      this.#characters -= size(old);
      old.content = null;
    }
    while (this.#next - this.#first > records) this.#forget(this.#first++);
  }

  #forget(n: number): void {
    const old = this.#records.get(n);
    if (!old) return;
    this.#records.delete(n);
    const numbers = this.#byAddress.get(old.to);
    // The oldest message to an address is always the first of its numbers.
    if (Array.isArray(numbers) && numbers.length > 1) numbers.shift();
    else this.#byAddress.delete(old.to);
  }
}

function size({ content }: Arrived): number {
  let characters = 0;
  for (const value of Object.values(content ?? {})) if (typeof value === 'string') characters += value.length;
  return characters;
}
