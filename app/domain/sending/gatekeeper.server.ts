import type { Logger } from 'pino';
import type { Refused, SendResult } from '#app/providers/provider.ts';
import { foreignAnswer } from '#app/providers/whose-answer.ts';
import { type BatchOptions, batched } from '#db/batch.ts';
import type { Database } from '#db/database.ts';
import type { Channel } from '../channel.ts';
import { type Gate, holdProvider, probeAgain, readGate, releaseProvider, type Slots, takeSlots } from '../limits/provider-gates.server.ts';
import { createBreaker, holdS, type Trip } from './breaker.ts';
import { createStrangerWatch, type Verdict } from './strangers.ts';

/** ms for which a gate's settings are believed; claims check the hold itself each time. */
const GATE_FRESH_MS = 500;
/** s of the shared rate that one chunk takes at once. */
const MOMENT_S = 0.25;
/** s: a slot that comes sooner is waited for, by who has a job of their own. */
const SOON_S = 0.3;
/** Workers that send a campaign at once under a rate, at most: each has slots that lie ahead, and whoever comes new waits behind them. */
const MOST_PLACES = 8;

export interface Gatekeeper {
  /** Takes slots of the shared rate, at most so many and no more than pass in a moment: how many, and ms until the first of them. */
  slots(most: number): Promise<{ count: number; inMs: number }>;
  /** Takes one slot that comes soon: ms until then; null: there is none. */
  soon(): Promise<number | null>;
  /** How many workers may send one campaign: as many as there are slots in a moment. */
  places(): Promise<number>;
  /** ms between two slots; 0: there is no rate. */
  everyMs(): Promise<number>;
  /** Was this answer somebody else's in the provider's place? Then it says whose trouble that is; null: the provider's own, or none. */
  weigh(result: SendResult, recipientId: number, called: boolean): Verdict | null;
  /** Must this recipient's call be for them alone? */
  apart(recipientId: number): boolean;
  /** Takes note of how a call for these recipients went (nobody: there was none), and holds or releases the provider for everybody. */
  note(result: SendResult, recipientIds: readonly number[], probe: boolean, verdict: Verdict | null): Promise<void>;
}

export interface GatekeeperOptions {
  db: Database;
  channel: Channel;
  /** For sentences. */
  provider: string;
  /** Messages per second where the settings say none. */
  defaultRate: number | undefined;
  holdMaxS: number;
  log: Logger;
  batch: BatchOptions;
}

/** One provider's gate as a worker keeps it: shared rate, breaker, probes. */
export function createGatekeeper({ db, channel, provider, defaultRate, holdMaxS, log, batch }: GatekeeperOptions): Gatekeeper {
  const breaker = createBreaker();
  const strangers = createStrangerWatch();
  let gate: Promise<Gate> | null = null;
  let readAt = 0;

  function currentGate(): Promise<Gate> {
    if (!gate || performance.now() - readAt > GATE_FRESH_MS) {
      readAt = performance.now();
      gate = readGate(db.pool, channel);
      gate.catch(() => {
        gate = null;
      });
    }
    return gate;
  }

  /** Messages per second; 0: none is set, or the channel is stopped, which claims know. */
  const rateNow = async () => (await currentGate()).rate ?? defaultRate ?? 0;

  /** Takes slots of the rate that holds now; null: there is none. */
  async function take(countAt: (rate: number) => number, withinS: number | null = null): Promise<(Slots & { rate: number }) | null> {
    for (;;) {
      const rate = await rateNow();
      if (!rate) return null;
      const taken = await takeSlots(db.pool, channel, countAt(rate), { rate, defaultRate, withinS });
      if (taken) return { ...taken, rate };
      gate = null; // it is another one by now
    }
  }

  /** Jobs come one by one, and take their slots together. */
  const single = batched<true, number | null>(async (some) => {
    const taken = await take(() => some.length, SOON_S);
    return some.map((_, i) => (!taken ? 0 : i < taken.count ? taken.wait + i / taken.rate : null));
  }, batch);

  async function hold(
    trip: Trip | 'probe' | 'stranger',
    { retryAfterS, foreign }: Pick<Refused, 'retryAfterS' | 'foreign'>,
  ): Promise<void> {
    const { holdCount } = await readGate(db.pool, channel);
    const seconds = holdS(holdCount, retryAfterS);
    const reason = foreign
      ? foreignAnswer(provider).reason
      : trip === 'storm'
        ? `${provider} is limiting us.`
        : `${provider} does not take messages at the moment.`;
    const held = await holdProvider(db.pool, channel, { seconds, reason, longestS: holdMaxS, renew: trip === 'probe' });
    if (held) log.warn({ provider, trip, seconds }, 'the provider is held');
  }

  return {
    async slots(most) {
      if (!(await rateNow())) return { count: most, inMs: 0 };
      const taken = await take((rate) => Math.min(most, Math.max(1, Math.floor(rate * MOMENT_S))));
      return taken ? { count: taken.count, inMs: taken.wait * 1_000 } : { count: most, inMs: 0 };
    },
    async soon() {
      if (!(await rateNow())) return 0;
      const inS = await single(true);
      return inS === null ? null : inS * 1_000;
    },
    async places() {
      const rate = await rateNow();
      return rate ? Math.min(MOST_PLACES, Math.ceil(rate * MOMENT_S)) : Number.POSITIVE_INFINITY;
    },
    async everyMs() {
      const rate = await rateNow();
      return rate ? 1_000 / rate : 0;
    },
    weigh(result, recipientId, called) {
      const at = performance.now();
      if (result.outcome !== 'accepted' && result.foreign) return strangers.foreign(recipientId, at, called);
      if (called && result.httpStatus !== null) strangers.own(recipientId, at);
      return null;
    },
    apart: (recipientId) => strangers.met(recipientId),
    async note(result, recipientIds, probe, verdict) {
      if (recipientIds.length === 0) {
        // Nobody was asked, so nobody knows: the next one is the probe.
        if (probe) await probeAgain(db.pool, channel);
        return;
      }
      const transient = result.outcome === 'transient';
      if (probe) {
        if (result.outcome === 'transient' || result.outcome === 'unknown') await hold('probe', result);
        else if (await releaseProvider(db.pool, channel)) log.info({ provider }, 'the provider is well again');
        return;
      }
      if (verdict) {
        if (verdict.hold) await hold('stranger', result as Refused);
        return;
      }
      const rateLimited = transient && result.failureCode === 'rate_limited';
      const trip = breaker.note({
        atMs: performance.now(),
        recipientIds,
        rateLimited,
        transient: transient || result.outcome === 'unknown',
      });
      if (trip) await hold(trip, result as Refused);
    },
  };
}
