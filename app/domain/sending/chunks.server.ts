import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '#db/batch.ts';
import type { Database } from '#db/database.ts';
import type { Claim } from '#db/ledger/claim.ts';
import { type Chunk, claimChunk, endChunks, reclaimChunk } from '#db/ledger/claim-chunk.ts';
import type { Channel } from '../channel.ts';
import { runningWorkers } from '../workers/worker-registry.server.ts';
import type { Gatekeeper } from './gatekeeper.server.ts';
import type { Places } from './places.ts';
import { type ChunkKey, chunkAgain } from './turns.server.ts';

/** Recipients a claim at most. */
const CHUNK = 200;
/** ms: a slot of the shared rate that comes sooner is waited for; for a later one the job is put back, so that nobody sleeps in a job's place. */
export const SOON_MS = 300;
/** ms after which a campaign makes room for jobs that wait behind it. */
const TURN_MS = 1_000;
/** ms until another worker may take the place of a campaign that this one sends already. */
const ELSEWHERE_MS = 500;
/** ms to wait for people whom somebody else holds: first, and at most. */
const HELD_MS = { first: 20, most: 500 };

export interface ChunkOptions {
  db: Database;
  channel: Channel;
  places: Places;
  gate: Pick<Gatekeeper, 'slots' | 'everyMs'>;
  /** The worker's id, once it may claim. */
  mayClaim: () => Promise<number>;
  knownAttempt: () => number;
  /** Attempts that this worker holds. */
  held: ReadonlySet<number>;
  /** What sending needs beside the claims; where it cannot be had, nobody is claimed. */
  prepare: (campaignId: number) => Promise<unknown>;
  /** Notes a claim before anything else happens. */
  hold: (claim: Claim) => void;
  /** Takes a claim and sees it through; never rejects. */
  deliver: (claim: Claim, validUntil: number) => Promise<void>;
  /** ms after its claim in which a call may begin. */
  claimValidMs: number;
  /** No more chunks: the worker is stopping. */
  stopping: AbortSignal;
  /** Ends waiting and repeating at shutdown's deadline. */
  signal: AbortSignal;
  onRepeat: (error: unknown) => void;
}

/**
 * Sends a campaign's first messages in chunks: as many as there are places and slots of the shared rate are claimed in one statement, and are followed
 * by more as places become free, in turn with the other campaigns of the channel. One campaign is sent once at a time in a worker.
 *
 * @param crowded do jobs of the channel wait for this one's place?
 */
export function createChunks(options: ChunkOptions): (key: ChunkKey, crowded: () => boolean) => Promise<void> {
  const { db, channel, places, gate, held, hold, deliver, claimValidMs, stopping, signal, onRepeat } = options;
  /** Campaigns that are being sent here, and whether somebody asked for them meanwhile. */
  const running = new Map<number, { askedAgain: boolean }>();

  async function claim(campaignId: number, after: number, count: number): Promise<Chunk & { validUntil: number }> {
    for (let pauseMs = 50, repeated = false; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      const workerId = await options.mayClaim();
      const validUntil = performance.now() + claimValidMs;
      try {
        const lost = repeated ? await reclaimChunk(db.pool, { campaignId, workerId, held: [...held] }) : [];
        // Seldom more than `count`: where the answer of a send job's claim was lost, too.
        if (lost.length > 0) return { claims: lost, taken: count, last: after, sends: true, validUntil };
        return { ...(await claimChunk(db.pool, { campaignId, after, count, workerId, knownAttempt: options.knownAttempt() })), validUntil };
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
  async function send(campaignId: number, slots: number, crowded: () => boolean): Promise<{ inMs: number; slots?: number } | null> {
    await options.prepare(campaignId);
    const began = performance.now();
    let after = 0;
    let heldMs: number = HELD_MS.first;
    for (let nextAt = began; ; ) {
      if (stopping.aborted || (performance.now() - began > TURN_MS && crowded())) return { inMs: 0, ...(slots > 0 && { slots }) };
      if (slots === 0) {
        const taken = await gate.slots(CHUNK);
        if (taken.inMs > SOON_MS) return { inMs: taken.inMs, slots: taken.count };
        slots = taken.count;
        nextAt = performance.now() + taken.inMs;
      }
      const free = await places.take(Math.min(slots, CHUNK));
      if (free === 0) continue;
      let claimed: Chunk & { validUntil: number };
      try {
        claimed = await claim(campaignId, after, free);
      } catch (error) {
        places.give(free);
        throw error;
      }
      places.give(free - claimed.claims.length);
      const everyMs = await gate.everyMs().catch(() => 0);
      nextAt = Math.max(nextAt, performance.now());
      for (const one of claimed.claims) {
        hold(one);
        void sendAt(one, everyMs > 0 ? nextAt : 0, claimed.validUntil);
        nextAt += everyMs;
      }
      slots = Math.max(0, slots - claimed.claims.length);
      if (!claimed.sends) return null;
      if (claimed.taken > 0) heldMs = HELD_MS.first;
      if (claimed.taken === free) {
        after = claimed.last;
      } else if (after > 0) {
        after = 0; // who became pending behind it
      } else if (claimed.taken === 0) {
        if (await endChunks(db.pool, campaignId)) return null;
        await delay(heldMs);
        heldMs = Math.min(heldMs * 2, HELD_MS.most);
      }
    }
  }

  async function sendAt(claim: Claim, at: number, validUntil: number): Promise<void> {
    try {
      const waitMs = at - performance.now();
      if (waitMs > 1) await delay(waitMs, undefined, { signal });
      await deliver(claim, validUntil);
    } catch {
      // Shutdown's deadline: others find the claim.
    } finally {
      places.give(1);
    }
  }

  return async ({ campaign_id, place, slots = 0 }, crowded) => {
    const here = running.get(campaign_id);
    if (here) {
      here.askedAgain = true;
      const workers = await runningWorkers(db.pool);
      if (workers > 1 && place <= workers) await chunkAgain(db.pool, channel, { campaign_id, place }, ELSEWHERE_MS);
      return;
    }
    const mine = { askedAgain: false };
    running.set(campaign_id, mine);
    try {
      let next = await send(campaign_id, slots, crowded);
      while (next === null && mine.askedAgain) {
        mine.askedAgain = false;
        next = await send(campaign_id, 0, crowded);
      }
      if (next) await chunkAgain(db.pool, channel, { campaign_id, place, slots: next.slots }, next.inMs);
    } finally {
      running.delete(campaign_id);
    }
  };
}
