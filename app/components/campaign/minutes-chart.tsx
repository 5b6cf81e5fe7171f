import { StackedBars } from '../charts/stacked-bars.tsx';
import { useReader } from '../reader-context.tsx';
import type { MinuteBar } from './minutes.ts';

const series = [
  { name: 'sent', label: 'Sent', color: 'var(--tone-green-fill)' },
  { name: 'failed', label: 'Failed', color: 'var(--tone-red-fill)' },
  { name: 'retried', label: 'To be retried', color: 'var(--tone-amber-fill)' },
];

/** Loaded only when it is shown: it brings the charts' library with it. */
export default function MinutesChart({ bars }: { bars: MinuteBar[] }) {
  const { locale, timeZone } = useReader();
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone });
  return <StackedBars bars={bars.map((bar) => ({ ...bar, label: clock.format(bar.at) }))} series={series} />;
}
