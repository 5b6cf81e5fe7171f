/** What to do about an answer that was not the provider's. */
export interface Verdict {
  /** It was about this message alone: it counts as an attempt like any other. Otherwise nobody's attempts are used. */
  counts: boolean;
  /** Nobody gets through: the provider is held until a probe does. */
  hold: boolean;
}

/** So many different people in a row without a word of the provider are no chance. */
const IN_A_ROW = 3;
/** Where the provider itself said nothing for so long, one answer of somebody else is enough. */
const QUIET_MS = 10_000;
const REMEMBERED = 10_000;

/**
 * Tells a network in which somebody else answers for the provider (a sign-in page, a proxy that fell ill) from a single message that a
 * firewall does not let through. The first is an outage and costs nobody anything; the second is that message's own trouble, or it would be
 * tried for ever: it shows when others got through before or in between.
 */
export function createStrangerWatch() {
  let ownAt = Number.NEGATIVE_INFINITY;
  let ownAnswers = 0;
  const row = new Set<number>();
  const met = new Map<number, { alone: boolean; ownAnswers: number }>();

  return {
    /** The provider itself answered. */
    own(recipientId: number, atMs: number): void {
      ownAt = atMs;
      ownAnswers++;
      row.clear();
      met.delete(recipientId);
    },
    /** @param called false for those who only shared somebody's call */
    foreign(recipientId: number, atMs: number, called: boolean): Verdict {
      if (called) row.add(recipientId);
      const before = met.get(recipientId);
      const quiet = atMs - ownAt > QUIET_MS;
      const counts = before !== undefined && (before.alone || ownAnswers > before.ownAnswers);
      met.delete(recipientId);
      met.set(recipientId, { alone: counts || (!quiet && row.size < IN_A_ROW), ownAnswers });
      const oldest = met.keys().next();
      if (met.size > REMEMBERED && !oldest.done) met.delete(oldest.value);
      return { counts, hold: called && !counts && (quiet || row.size >= IN_A_ROW) };
    },
    /** Somebody whose call another answered is sent to alone, so that it shows whose message is to blame. */
    met: (recipientId: number): boolean => met.has(recipientId),
  };
}
