import { Tooltip } from '@mantine/core';
import { useNow, useReader } from './reader-context.tsx';
import { absoluteText, clockText, relativeText } from './times.ts';

const HALF_MINUTE_MS = 30_000;

/** "3 minutes ago"; the absolute time with its zone on hover, focus and touch, and for machines in `dateTime`. `at` is ISO 8601. */
export function RelativeTime({ at, prefix }: { at: string; prefix?: string }) {
  const now = useNow(HALF_MINUTE_MS);
  const { locale, timeZone } = useReader();
  const instant = Date.parse(at);
  const absolute = absoluteText(instant, locale, timeZone);
  return (
    <Tooltip label={absolute}>
      <time dateTime={at} translate="no" suppressHydrationWarning>
        {prefix ? `${prefix} ` : ''}
        {relativeText(instant, now, locale, timeZone)}
      </time>
    </Tooltip>
  );
}

/** "14:03:22", the day before it where that is not today; all of it with its zone on hover. `at` is ISO 8601. No clock drives it: it changes once a day. */
export function ClockTime({ at }: { at: string }) {
  const { locale, timeZone } = useReader();
  const instant = Date.parse(at);
  return (
    <Tooltip label={absoluteText(instant, locale, timeZone)}>
      <time dateTime={at} className="numeric" translate="no" suppressHydrationWarning>
        {clockText(instant, Date.now(), locale, timeZone)}
      </time>
    </Tooltip>
  );
}
