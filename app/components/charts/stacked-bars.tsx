import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { useNumbers } from '../number.tsx';

interface Props {
  /** One object a bar: its `label` below the axis, and a number for each series. */
  bars: Record<string, string | number>[];
  series: readonly { name: string; label: string; color: string }[];
}

/** Bars of several parts, as high as their container. Brings the charts' library with it: load it only when it is shown. */
export function StackedBars({ bars, series }: Props) {
  const { count } = useNumbers();
  return (
    <BarChart
      h="100%"
      mih={190}
      data={bars}
      dataKey="label"
      type="stacked"
      series={series.map((one) => ({ ...one }))}
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
