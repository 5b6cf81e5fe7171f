/** Lengths of time in words. English, as the pages are. */

/** For countdowns, exact: "3 s", "2 min 05 s", "1 h 02 min", from two days on "3 d 4 h". Never "0 s" before it is over. @param ms until then */
export function countdownText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** For estimates, rounded so that it does not pretend: "less than 10 s", "about 40 s", "about 2 min", "about 1 h 20 min". */
export function estimateText(seconds: number): string {
  if (seconds < 10) return 'less than 10 s';
  if (seconds < 55) return `about ${Math.round(seconds / 10) * 10} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${Math.max(1, minutes)} min`;
  if (minutes < 60 * 24) {
    const inTens = Math.round(minutes / 10) * 10;
    const rest = inTens % 60;
    return `about ${Math.floor(inTens / 60)} h${rest > 0 ? ` ${rest} min` : ''}`;
  }
  const days = Math.round(minutes / (60 * 24));
  return `about ${days} ${days === 1 ? 'day' : 'days'}`;
}

/** How long a whole sending lasted: "less than a second", "8 s", "2 min 05 s". Parts of a second are for single attempts. @param ms how long */
export function lastedText(ms: number): string {
  return ms < 1000 ? 'less than a second' : countdownText(Math.floor(ms / 1000) * 1000);
}

/** For what is over: "0.4 s", "38 s", "2 min 05 s", "1 h 02 min". @param ms how long it took */
export function tookText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return countdownText(Math.floor(ms / 1000) * 1000);
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
