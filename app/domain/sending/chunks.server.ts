import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '#db/batch.ts';
import type { Database } from '#db/database.ts';
import type { Claim } from '#db/ledger/claim.ts';
import { type Chunk, claimChunk, countWaiting, endChunks, reclaimChunk } from '#db/ledger/claim-chunk.ts';
import { claimLine } from '#db/ledger/rate-line.ts';
import type { Channel } from '../channel.ts';
import { runningWorkers } from '../workers/worker-registry.server.ts';
import type { Gatekeeper } from './gatekeeper.server.ts';
import type { Places } from './places.ts';
import { type ChunkKey, chunkAgain } from './turns.server.ts';

/** ms: a slot of the shared rate that comes sooner is waited for; for a later one the job is put back, so that nobody sleeps in a job's place. */
const SOON_MS = 300;
/** ms after which a slot that nobody used is void: used late, slots of many would go out together. */
const LATE_MS = 1_000;
/** ms over which a claim's messages are spread by the rate: they have to be called for before it is stale. */
const SPACED_MS = 1_500;
/** ms after which a campaign makes room for jobs that wait behind it, and after which it does so in any case: Graphile takes a job of hours for dead. */
const TURN_MS = { crowded: 1_000, most: 600_000 };
/** ms until another worker may take the place of a campaign that this one sends already. */
const ELSEWHERE_MS = 500;
/** ms to wait for people whom somebody else holds: first, and at most. */
const HELD_MS = { first: 20, most: 500 };
/** ms until the next try where the database could not be asked. */
const TROUBLE_MS = 1_500;

export interface ChunkOptions {
  db: Database;
  channel: Channel;
  /** Recipients a claim at most. */
  size: number;
  /** Messages that may share a call: under a rate, those of a claim go out together, with the slots of all. */
  together: number;
  places: Places;
  gate: Pick<Gatekeeper, 'slots' | 'everyMs' | 'places'>;
  /** The worker's id, once it may claim. */
  mayClaim: () => Promise<number>;
  knownAttempt: () => number;
  /** What sending needs beside the claims; where it cannot be had, nobody is claimed. */
  prepare: (campaignId: number) => Promise<unknown>;
  /** Attempts that this worker holds. */
  held: ReadonlySet<number>;
  /** Notes a claim before anything else happens. */
  hold: (claim: Claim) => void;
  /** Takes a claim and sees it through; never rejects. */
  deliver: (claim: Claim, validUntil: number, answered: () => void) => Promise<void>;
  /** ms after its claim in which a call may begin. */
  claimValidMs: number;
  /** No more chunks: the worker is stopping. */
  stopping: AbortSignal;
  /** Ends waiting and repeating at shutdown's deadline. */
  signal: AbortSignal;
  onRepeat: (error: unknown) => void;
}

/** A chunk job's turn. */
export interface Turn {
  /** Do jobs of the channel wait for this one's place? */
  crowded: () => boolean;
  /** Its time came so many ms ago. */
  lateMs: number;
}

/**
 * Sends a campaign's first messages in chunks: as many as there are places and slots of the shared rate are claimed in one statement, and are followed
 * by more as places become free, in turn with the other campaigns of the channel. One campaign is sent once at a time in a worker.
 */
export function createChunks(options: ChunkOptions): (key: ChunkKey, turn: Turn) => Promise<void> {
  const { db, channel, size, together, places, gate, held, hold, deliver, claimValidMs, stopping, signal, onRepeat } = options;
  /** Campaigns that are being sent here, and whether somebody asked for them meanwhile. */
  const running = new Map<number, { askedAgain: boolean }>();
  /** Where the next turn of a campaign goes on in its list. */
  const listPlaces = new Map<number, number>();

  /** @param lined the next of the campaign's line, in place of its list */
  async function claim(campaignId: number, after: number, count: number, lined: boolean): Promise<Chunk & { validUntil: number }> {
    for (let pauseMs = 50, repeated = false; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      const workerId = await options.mayClaim();
      const validUntil = performance.now() + claimValidMs;
      const knownAttempt = options.knownAttempt();
      try {
        const isHeld = (attemptId: number) => held.has(attemptId);
        const lost = repeated ? await reclaimChunk(db.pool, { campaignId, workerId, isHeld, knownAttempt }) : [];
        // Seldom more than `count`: where the answer of a send job's claim was lost, too.
        const chunk =
          lost.length > 0
            ? { claims: lost, taken: count, last: after, sends: true }
            : lined
              ? { last: after, sends: true, ...(await claimLine(db.pool, { campaignId, count, workerId, knownAttempt })) }
              : await claimChunk(db.pool, { campaignId, after, count, workerId, knownAttempt });
        for (const one of chunk.claims) hold(one);
        return { ...chunk, validUntil };
      } catch (error) {
        if (!isPassing(error)) throw error;
        signal.throwIfAborted();
        onRepeat(error);
        repeated = true;
        await delay(pauseMs);
      }
    }
  }

  /** @returns ms until its next turn, with the slots that it has taken for it; null: there is nothing more to do */
  async function send(campaignId: number, found: number, crowded: () => boolean): Promise<{ inMs: number; slots?: number } | null> {
    await options.prepare(campaignId);
    const began = performance.now();
    let after = listPlaces.get(campaignId) ?? 0;
    let heldMs: number = HELD_MS.first;
    let slots = found;
    let { lined } = await countWaiting(db.pool, campaignId, size);
    let everyMs = await gate.everyMs();
    for (let nextAt = began; ; ) {
      const turnMs = performance.now() - began;
      if (stopping.aborted || turnMs > TURN_MS.most || (turnMs > TURN_MS.crowded && crowded())) return { inMs: 0 };
      const nowEvery = await gate.everyMs();
      if (nowEvery !== everyMs || (everyMs > 0 && performance.now() - nextAt > LATE_MS)) slots = 0;
      everyMs = nowEvery;
      if (slots === 0) {
        const waiting = everyMs > 0 ? await countWaiting(db.pool, campaignId, size) : { listed: size, lined };
        lined = waiting.lined;
        const wanted = Math.min(size, waiting.listed + lined);
        const taken = wanted > 0 ? await gate.slots(wanted) : { count: 1, inMs: 0 };
        if (taken.inMs > SOON_MS) return { inMs: taken.inMs, slots: taken.count };
        slots = taken.count;
        nextAt = performance.now() + taken.inMs;
      }
      const inTime = everyMs > 0 ? Math.max(1, Math.floor(SPACED_MS / everyMs)) : size;
      const free = await places.take(Math.min(slots, size, inTime));
      if (free === 0) continue;
      // Waited for too long: the slots are void.
      if (everyMs > 0 && performance.now() - nextAt > LATE_MS) {
        places.give(free);
        continue;
      }
      let claimed: Chunk & { validUntil: number };
      try {
        claimed = await claim(campaignId, after, free, lined > 0);
      } catch (error) {
        places.give(free);
        throw error;
      }
      places.give(free - claimed.claims.length);
      nextAt = Math.max(nextAt, performance.now());
      for (const [i, one] of claimed.claims.entries()) {
        void sendAt(one, everyMs > 0 ? nextAt + (i - (i % together)) * everyMs : 0, claimed.validUntil);
      }
      nextAt += claimed.claims.length * everyMs;
      slots = Math.max(0, slots - claimed.claims.length);
      if (claimed.taken > 0) heldMs = HELD_MS.first;
      if (lined > 0) {
        // Before its list, until nobody of it is found.
        if (claimed.taken === 0) lined = 0;
      } else if (claimed.sends && claimed.taken === free) {
        after = claimed.last;
      } else if (claimed.sends && after > 0) {
        after = 0; // who became pending behind it
      } else if (!claimed.sends || claimed.taken === 0) {
        if (await endChunks(db.pool, campaignId)) return null;
        await delay(heldMs);
        heldMs = Math.min(heldMs * 2, HELD_MS.most);
        ({ lined } = await countWaiting(db.pool, campaignId, size));
      }
      listPlaces.set(campaignId, after);
    }
  }

  async function sendAt(claim: Claim, at: number, validUntil: number): Promise<void> {
    const seat = places.seat();
    try {
      const waitMs = at - performance.now();
      if (waitMs > 1) await delay(waitMs, undefined, { signal });
      await deliver(claim, validUntil, seat.answered);
    } catch {
      // Shutdown's deadline: others find the claim.
    } finally {
      seat.leave();
    }
  }

  return async ({ campaign_id, place, slots = 0 }, { crowded, lateMs }) => {
    const here = running.get(campaign_id);
    if (here) {
      here.askedAgain = true;
      const workers = Math.min(await runningWorkers(db.pool), await gate.places());
      if (workers > 1 && place <= workers) await chunkAgain(db.pool, channel, { campaign_id, place }, ELSEWHERE_MS);
      return;
    }
    const mine = { askedAgain: false };
    running.set(campaign_id, mine);
    try {
      let next = place > (await gate.places()) ? null : await send(campaign_id, lateMs > LATE_MS ? 0 : slots, crowded);
      while (next === null && mine.askedAgain) {
        mine.askedAgain = false;
        next = await send(campaign_id, 0, crowded);
      }
      if (next) await chunkAgain(db.pool, channel, { campaign_id, place, slots: next.slots }, next.inMs);
      else listPlaces.delete(campaign_id);
    } catch (error) {
      // Graphile would wait longer with each time, for as long as the campaign lasts.
      if (!isPassing(error) && !mine.askedAgain) throw error;
      onRepeat(error);
      await chunkAgain(db.pool, channel, { campaign_id, place }, TROUBLE_MS);
    } finally {
      running.delete(campaign_id);
    }
  };
}
