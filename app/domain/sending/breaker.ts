/** Why a provider should be left alone for a while. */
export type Trip = 'storm' | 'outage';

/** How one call went, as far as the provider itself is concerned. */
export interface CallNote {
  /** ms on a clock that only goes forward. */
  atMs: number;
  /** Whom the call was for: one, or several that shared it. */
  recipientIds: readonly number[];
  rateLimited: boolean;
  transient: boolean;
}

const STORM = { answers: 100, share: 0.5 };
const OUTAGE = { recipients: 200, spanMs: 10_000, share: 0.9 };
const BUCKET_MS = 1_000;
/** Nothing was sent for so long: the provider was held meanwhile, and what it answered before says nothing about now. */
const QUIET_MS = 4_000;

/** The calls of about a second. */
interface Bucket {
  atMs: number;
  calls: number;
  transient: number;
  /** At most as many as an outage asks for. */
  recipients: Set<number>;
}

/**
 * Notices when it is not the recipients but the provider: at least half of the last 100 answers were 429 (a storm), or at least 90 % were
 * transient over at least 200 different recipients and 10 seconds (an outage). After a trip it starts afresh, and counts
 * 429s once more from nothing after the hold, so that answers which were on their way when it tripped do not trip it again.
 */
export function createBreaker(): { note(call: CallNote): Trip | null } {
  let last: boolean[] = [];
  let limited = 0;
  let buckets: Bucket[] = [];
  let notedAtMs = Number.NEGATIVE_INFINITY;

  function forgetAnswers(): void {
    last = [];
    limited = 0;
  }

  function trip(why: Trip): Trip {
    forgetAnswers();
    buckets = [];
    return why;
  }

  function bucketAt(atMs: number): Bucket {
    const newest = buckets.at(-1);
    if (newest && atMs < newest.atMs + BUCKET_MS) return newest;
    const bucket = { atMs, calls: 0, transient: 0, recipients: new Set<number>() };
    buckets.push(bucket);
    return bucket;
  }

  return {
    note({ atMs, recipientIds, rateLimited, transient }) {
      if (atMs - notedAtMs > QUIET_MS) forgetAnswers();
      notedAtMs = atMs;
      last.push(rateLimited);
      limited += Number(rateLimited);
      if (last.length > STORM.answers) limited -= Number(last.shift());
      if (last.length === STORM.answers && limited >= STORM.answers * STORM.share) return trip('storm');

      // Older calls than twice the span say nothing about now.
      while (buckets[0] && buckets[0].atMs < atMs - 2 * OUTAGE.spanMs) buckets.shift();
      const bucket = bucketAt(atMs);
      bucket.calls++;
      bucket.transient += Number(transient);
      for (const id of recipientIds) if (bucket.recipients.size < OUTAGE.recipients) bucket.recipients.add(id);

      if (!transient || atMs - (buckets[0] as Bucket).atMs < OUTAGE.spanMs) return null;
      const sum = (count: (bucket: Bucket) => number) => buckets.reduce((total, one) => total + count(one), 0);
      if (sum((one) => one.transient) < sum((one) => one.calls) * OUTAGE.share) return null;
      if (new Set(buckets.flatMap(({ recipients }) => [...recipients])).size < OUTAGE.recipients) return null;
      return trip('outage');
    },
  };
}

/** s until a held provider is probed: 5, 10, 20, 40, then 60, or as long as it asked for. */
export function holdS(times: number, retryAfterS: number | null): number {
  return Math.max(Math.min(5 * 2 ** times, 60), Math.min(retryAfterS ?? 0, 900));
}
