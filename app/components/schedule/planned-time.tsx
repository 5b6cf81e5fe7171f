import { useReader } from '../reader-context.tsx';
import { plannedText } from '../times.ts';
import classes from './schedule.module.css';

/**
 * A planned moment as its zone writes it, and where the reader lives elsewhere, what that is for them.
 * @param at ISO 8601
 * @param timeZone IANA; null: it was given as an instant
 */
export function PlannedTime({ at, timeZone }: { at: string; timeZone: string | null }) {
  const { locale, timeZone: own } = useReader();
  const instant = Date.parse(at);
  const zone = timeZone ?? own;
  const there = plannedText(instant, locale, zone);
  const here = plannedText(instant, locale, own);
  return (
    <p className={classes.planned}>
      <time dateTime={at} suppressHydrationWarning>
        {there}
      </time>
      <span className={classes.zone} suppressHydrationWarning>
        {zone.replaceAll('_', ' ')}
      </span>
      {there !== here && (
        <span className={classes.here} suppressHydrationWarning>
          For you: {here}
        </span>
      )}
    </p>
  );
}
