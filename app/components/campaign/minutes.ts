export interface Minute {
  /** ISO 8601, the beginning of the minute, or of the second where it is one of seconds. */
  minute: string;
  accepted: number;
  failed: number;
  transient: number;
}

interface MinuteBar {
  /** ms since 1970, the beginning of what the bar stands for. */
  at: number;
  sent: number;
  failed: number;
  retried: number;
}

export interface MinuteBars {
  bars: MinuteBar[];
  /** What one bar stands for, in s. */
  perBar: number;
}

const MOST_BARS = 60;
const LENGTHS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];

/**
 * Bars for the chart, from the first attempt to the last, without holes: quiet times are bars of nothing, and times to come have no bars.
 * A long campaign is summed into longer bars, so that no more than 60 stand beside each other.
 *
 * @param unitS what one entry stands for, in s: 60, or 1
 */
export function minuteBars(minutes: readonly Minute[], unitS: number): MinuteBars {
  // Refusals of the whole account are nobody's failure: minutes with nothing else are as good as none.
  const counted = minutes.filter(({ accepted, failed, transient }) => accepted + failed + transient > 0);
  const [first, last] = [counted[0], counted.at(-1)];
  if (!first || !last) return { bars: [], perBar: 60 };
  const start = Date.parse(first.minute);
  const lengthS = (Date.parse(last.minute) - start) / 1_000 + unitS;
  const perBar = LENGTHS_S.find((n) => n >= unitS && lengthS / n <= MOST_BARS) ?? 3_600;
  const step = perBar * 1_000;
  const bars = Array.from({ length: Math.ceil(lengthS / perBar) }, (_, i) => ({ at: start + i * step, sent: 0, failed: 0, retried: 0 }));
  for (const { minute, accepted, failed, transient } of counted) {
    const bar = bars[Math.floor((Date.parse(minute) - start) / step)];
    if (!bar) continue;
    bar.sent += accepted;
    bar.failed += failed;
    bar.retried += transient;
  }
  return { bars, perBar };
}

/** "Per second", "Per 5 minutes". @param perBar s */
export function barTitle(perBar: number): string {
  const [n, unit] = perBar < 60 ? [perBar, 'second'] : perBar < 3_600 ? [perBar / 60, 'minute'] : [perBar / 3_600, 'hour'];
  return n === 1 ? `Per ${unit}` : `Per ${n} ${unit}s`;
}
