import { useNumbers } from '../number.tsx';
import { niceTop } from './nice-top.ts';
import classes from './stacked-bars.module.css';

interface Props {
  /** One object a bar: its `label` below the axis, and a number for each series. */
  bars: readonly Record<string, string | number>[];
  series: readonly { name: string; label: string; color: string }[];
}

const MOST_LABELS = 6;

/** Bars of several parts, as high as their container. Plain elements, so that they are there before scripts are, and on paper. */
export function StackedBars({ bars, series }: Props) {
  const { count } = useNumbers();
  const sum = (bar: Props['bars'][number]) => series.reduce((all, { name }) => all + Number(bar[name] ?? 0), 0);
  const top = niceTop(Math.max(...bars.map(sum)));
  const step = Math.ceil(bars.length / MOST_LABELS);
  const labels = bars.filter((_, i) => i % step === 0);
  return (
    <div className={classes.root} translate="no" aria-hidden>
      <div className={classes.scale} suppressHydrationWarning>
        {[top, top / 2, 0].map((line) => (
          <span key={line} suppressHydrationWarning>
            {count(line)}
          </span>
        ))}
      </div>
      <div className={classes.plot}>
        {bars.map((bar, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          <div key={i} className={classes.bar}>
            {series.map(({ name, color }) => {
              const n = Number(bar[name] ?? 0);
              return (
                n > 0 && (
                  <div key={name} className={classes.part} style={{ height: `${(n / top) * 100}%`, minHeight: 2, background: color }} />
                )
              );
            })}
            <div
              className={classes.tip}
              style={
                i * 2 < bars.length ? { left: `${(i / bars.length) * 100}%` } : { right: `${((bars.length - i - 1) / bars.length) * 100}%` }
              }
            >
              <strong suppressHydrationWarning>{bar.label}</strong>
              {series.map(({ name, label }) => (
                <span key={name} suppressHydrationWarning>
                  {label} <b>{count(Number(bar[name] ?? 0))}</b>
                </span>
              ))}
            </div>
          </div>
        ))}
      </div>
      <div className={classes.axis} data-each={step === 1 || undefined}>
        {labels.map((bar, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a label is its place
          <span key={i} style={{ flexGrow: Math.min(step, bars.length - i * step) }} suppressHydrationWarning>
            {/* The last few bars may be too narrow for a label: it would stand out of the chart. */}
            {(i + 1) * step <= bars.length && bar.label}
          </span>
        ))}
      </div>
    </div>
  );
}
