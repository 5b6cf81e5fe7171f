export interface Minute {
  /** ISO 8601, the minute's beginning. */
  minute: string;
  accepted: number;
  failed: number;
  transient: number;
}

export interface MinuteBar {
  /** ms since 1970, the beginning of what the bar stands for. */
  at: number;
  sent: number;
  failed: number;
  retried: number;
}

const MINUTE_MS = 60_000;
const LEAST_BARS = 12;
const MOST_BARS = 60;

/**
 * Bars for the chart, without holes: quiet minutes are bars of nothing, a short campaign gets room for its first minutes, and a long one
 * is summed into bars of several minutes so that no more than 60 stand beside each other.
 *
 * @returns the bars, and how many minutes one stands for
 */
export function minuteBars(minutes: readonly Minute[]): { bars: MinuteBar[]; perBar: number } {
  // Refusals of the whole account are nobody's failure: minutes with nothing else are as good as none.
  if (minutes.every(({ accepted, failed, transient }) => accepted + failed + transient === 0)) return { bars: [], perBar: 1 };
  const first = minutes[0];
  const last = minutes.at(-1);
  if (!first || !last) return { bars: [], perBar: 1 };
  const start = Date.parse(first.minute);
  const length = (Date.parse(last.minute) - start) / MINUTE_MS + 1;
  const perBar = [1, 2, 5, 10, 15, 30].find((n) => length / n <= MOST_BARS) ?? 60;
  const step = perBar * MINUTE_MS;
  const bars = Array.from({ length: Math.max(LEAST_BARS, Math.ceil(length / perBar)) }, (_, i) => ({
    at: start + i * step,
    sent: 0,
    failed: 0,
    retried: 0,
  }));
  for (const { minute, accepted, failed, transient } of minutes) {
    const bar = bars[Math.floor((Date.parse(minute) - start) / step)];
    if (!bar) continue;
    bar.sent += accepted;
    bar.failed += failed;
    bar.retried += transient;
  }
  return { bars, perBar };
}
