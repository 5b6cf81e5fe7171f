import { Tooltip } from '@mantine/core';
import { countdownText } from '#app/domain/durations.ts';
import { useServerNow } from '#app/realtime/server-clock.ts';
import { useReader } from '../reader-context.tsx';
import { absoluteText, dayTimeText } from '../times.ts';
import classes from './retry.module.css';

/** "until tomorrow 14:05 · 23 h 12 min left", counting down on the server's clock. @param at ISO 8601 */
export function RetryUntil({ at }: { at: string }) {
  const { locale, timeZone, now: rendered } = useReader();
  const now = useServerNow(rendered);
  const end = Date.parse(at);
  return (
    <Tooltip label={absoluteText(end, locale, timeZone)}>
      <time dateTime={at} className={classes.until} translate="no" suppressHydrationWarning>
        until {dayTimeText(end, now, locale, timeZone)}
        <span className={classes.left} suppressHydrationWarning>
          {countdownText(end - now)} left
        </span>
      </time>
    </Tooltip>
  );
}
