import { Tooltip } from '@mantine/core';
import { countdownText } from '#app/domain/durations.ts';
import { useServerNow } from '#app/realtime/server-clock.ts';
import { useReader } from './reader-context.tsx';
import { absoluteText } from './times.ts';

/**
 * "in 3 s", ticking on the server's clock; `over` once the moment has passed. Only this element renders again with each tick.
 * @param at ISO 8601
 */
export function Countdown({ at, over = 'now' }: { at: string; over?: string }) {
  const { locale, timeZone, now: rendered } = useReader();
  const now = useServerNow(rendered);
  const due = Date.parse(at);
  return (
    <Tooltip label={absoluteText(due, locale, timeZone)}>
      <time dateTime={at} className="numeric" translate="no" suppressHydrationWarning>
        {due > now ? `in ${countdownText(due - now)}` : over}
      </time>
    </Tooltip>
  );
}
