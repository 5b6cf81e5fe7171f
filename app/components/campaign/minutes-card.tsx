import { Text, Title } from '@mantine/core';
import { memo, useMemo } from 'react';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { useNumbers } from '../number.tsx';
import { useReader } from '../reader-context.tsx';
import { dateFormat } from '../times.ts';
import { barTitle, type Minute, minuteBars } from './minutes.ts';
import classes from './minutes-card.module.css';

const series = [
  { name: 'sent', label: 'Sent', color: 'var(--tone-green-fill)' },
  { name: 'failed', label: 'Failed', color: 'var(--tone-red-fill)' },
  { name: 'retried', label: 'Retried or unknown', color: 'var(--tone-amber-fill)' },
] as const;

interface Props {
  minutes: Minute[];
  /** In place of the minutes, where the campaign was so short that these say nothing. */
  seconds: Minute[] | null;
  ended: boolean;
}

/**
 * How the sending went, minute by minute: a picture, and the same as a table for those who do not see it or run no scripts. Drawing the
 * chart is the dearest thing on the page; it must not happen with every change of a counter.
 */
export const MinutesCard = memo(function MinutesCard({ minutes, seconds, ended }: Props) {
  const { locale, timeZone } = useReader();
  const { bars, perBar } = useMemo(() => (seconds ? minuteBars(seconds, 1) : minuteBars(minutes, 60)), [minutes, seconds]);
  const clock = dateFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    ...(perBar < 60 && { second: '2-digit' }),
    timeZone,
  });
  return (
    <section className={classes.root} aria-labelledby="per-minute">
      <div className={classes.head}>
        <Title order={2} id="per-minute" key={perBar} className={classes.title}>
          {barTitle(perBar)}
        </Title>
        <ul className={classes.legend} aria-hidden>
          {series.map(({ name, label, color }) => (
            <li key={name}>
              <span style={{ backgroundColor: color }} />
              {label}
            </li>
          ))}
        </ul>
      </div>
      {bars.length === 0 ? (
        <div className={classes.empty}>
          <Text size="sm" c="dimmed">
            {ended ? 'Nothing was sent.' : 'The first minute appears here with the first answer.'}
          </Text>
        </div>
      ) : (
        <>
          <div className={`needs-script ${classes.chart}`}>
            <StackedBars bars={bars.map((bar) => ({ ...bar, label: clock.format(bar.at) }))} series={series} />
          </div>
          <MinutesTable minutes={minutes} />
        </>
      )}
    </section>
  );
});

const ROWS = 60;

function MinutesTable({ minutes }: { minutes: Minute[] }) {
  const { count } = useNumbers();
  const { locale, timeZone } = useReader();
  const clock = dateFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone });
  return (
    <div className={classes.table} translate="no">
      <table>
        <caption>Attempts a minute, the last {ROWS} minutes at most</caption>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            {series.map(({ name, label }) => (
              <th key={name} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody suppressHydrationWarning>
          {minutes.slice(-ROWS).map(({ minute, accepted, failed, transient }) => (
            <tr key={minute}>
              <th scope="row" suppressHydrationWarning>
                {clock.format(Date.parse(minute))}
              </th>
              <td suppressHydrationWarning>{count(accepted)}</td>
              <td suppressHydrationWarning>{count(failed)}</td>
              <td suppressHydrationWarning>{count(transient)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
