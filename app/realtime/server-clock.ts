import { useSyncExternalStore } from 'react';

/**
 * The server's clock as this browser knows it: its own clock and what it is off by. One ticking store for all countdowns of a page, so that
 * they step together and fifty rows cost one timer.
 */
const STEP_MS = 500;

let offset = 0;
let now: number | undefined;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** Takes a time that the server just told (ISO). What the way took (some ms) is not corrected for. */
export function tellServerTime(iso: string): void {
  offset = Date.parse(iso) - Date.now();
}

/** ms since 1970 on the server's clock. */
export function serverNow(): number {
  return Date.now() + offset;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = serverNow();
    for (const tell of listeners) tell();
  }, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    now = undefined;
  };
}

/**
 * The server's time, stepping twice a second.
 * @param rendered when the server made the page (ms): shown until the browser has taken over, so that both render the same.
 */
export function useServerNow(rendered: number): number {
  return useSyncExternalStore(
    subscribe,
    () => {
      now ??= serverNow();
      return now;
    },
    () => rendered,
  );
}
