import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { useNumbers } from '../number.tsx';
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
  const { count } = useNumbers();
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone });
  return (
    <BarChart
      h="100%"
      mih={190}
      data={bars.map((bar) => ({ ...bar, time: clock.format(bar.at) }))}
      dataKey="time"
      type="stacked"
      series={series}
      valueFormatter={count}
      gridAxis="x"
      tickLine="none"
      maxBarWidth={26}
      barProps={{ isAnimationActive: false, radius: 2 }}
      xAxisProps={{ tickMargin: 8, minTickGap: 36, interval: 'equidistantPreserveStart' }}
      yAxisProps={{ width: 52, allowDecimals: false, tickCount: 4 }}
      tooltipAnimationDuration={0}
      barChartProps={{ accessibilityLayer: false }}
    />
  );
}
