/** The wait before retry n (1, 2, 3) of a round: 2, 4, 8 s, or what the provider asked for where that is longer, up to 15 minutes. */
export function backoffS(retry: number, retryAfterS: number | null): number {
  return Math.max(2 ** retry, Math.min(retryAfterS ?? 0, LONGEST_WAIT_S));
}

const LONGEST_WAIT_S = 900;
