import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { type Reader, timeZoneCookie } from '#app/components/reader.ts';

const ReaderContext = createContext<Reader>({ locale: 'en-US', timeZone: 'UTC', now: 0 });

const ONE_YEAR_S = 31_536_000;

/** Gives every number and time below it the reader's locale and zone; learns the zone from the browser and remembers it for the next answer. */
export function ReaderProvider({ reader, children }: { reader: Reader; children: ReactNode }) {
  const [timeZone, setTimeZone] = useState(reader.timeZone);
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone === timeZone) return;
    setTimeZone(zone);
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere yet
    document.cookie = `${timeZoneCookie}=${encodeURIComponent(zone)}; path=/; max-age=${ONE_YEAR_S}; samesite=lax`;
  }, [timeZone]);
  const value = useMemo(() => ({ locale: reader.locale, timeZone, now: reader.now }), [reader.locale, reader.now, timeZone]);
  return <ReaderContext.Provider value={value}>{children}</ReaderContext.Provider>;
}

export function useReader(): Reader {
  return useContext(ReaderContext);
}

/**
 * The current time, ms, renewed every `everyMs`; all users of one interval share a timer. While hydrating it is the time at which the
 * server made the page, so that both render the same.
 */
export function useNow(everyMs: number): number {
  const { now: first } = useReader();
  const [now, setNow] = useState(first);
  useEffect(() => {
    const tick = () => setNow(Date.now());
    tick();
    return subscribe(everyMs, tick);
  }, [everyMs]);
  return now;
}

const clocks = new Map<number, { listeners: Set<() => void>; timer: ReturnType<typeof setInterval> }>();

function subscribe(everyMs: number, listener: () => void): () => void {
  let clock = clocks.get(everyMs);
  if (!clock) {
    const listeners = new Set<() => void>();
    clock = { listeners, timer: setInterval(() => listeners.forEach((notify) => void notify()), everyMs) };
    clocks.set(everyMs, clock);
  }
  clock.listeners.add(listener);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size > 0) return;
    clearInterval(clock.timer);
    clocks.delete(everyMs);
  };
}
