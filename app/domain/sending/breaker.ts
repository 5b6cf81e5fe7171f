/** Why a provider should be left alone for a while. */
export type Trip = 'storm' | 'outage';

/** How one call went, as far as the provider itself is concerned. */
export interface CallNote {
  /** ms on a clock that only goes forward. */
  atMs: number;
  recipientId: number;
  rateLimited: boolean;
  transient: boolean;
}

const STORM = { answers: 100, share: 0.5 };
const OUTAGE = { recipients: 200, spanMs: 10_000, share: 0.9 };

/**
 * Notices when it is not the recipients but the provider: at least half of the last 100 answers were 429 (a storm), or at least 90 % were
 * transient over at least 200 different recipients and 10 seconds (an outage). After a trip it starts afresh.
 */
export function createBreaker(): { note(call: CallNote): Trip | null } {
  let last: boolean[] = [];
  let window: CallNote[] = [];

  function reset(): void {
    last = [];
    window = [];
  }

  return {
    note(call) {
      last.push(call.rateLimited);
      if (last.length > STORM.answers) last.shift();
      if (last.length === STORM.answers && last.filter(Boolean).length >= STORM.answers * STORM.share) {
        reset();
        return 'storm';
      }

      window.push(call);
      // Older notes than twice the span say nothing about now.
      while (window[0] && window[0].atMs < call.atMs - 2 * OUTAGE.spanMs) window.shift();
      const first = window[0];
      if (!call.transient || !first || window.length < OUTAGE.recipients || call.atMs - first.atMs < OUTAGE.spanMs) return null;
      const transient = window.reduce((sum, note) => sum + Number(note.transient), 0);
      if (transient < window.length * OUTAGE.share) return null;
      if (new Set(window.map(({ recipientId }) => recipientId)).size < OUTAGE.recipients) return null;
      reset();
      return 'outage';
    },
  };
}

/** s until a held provider is probed: 5, 10, 20, 40, then 60, or as long as it asked for. */
export function holdS(times: number, retryAfterS: number | null): number {
  return Math.max(Math.min(5 * 2 ** times, 60), Math.min(retryAfterS ?? 0, 900));
}
