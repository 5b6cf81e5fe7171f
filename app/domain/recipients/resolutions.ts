/** What a person may decide of a recipient whose outcome is unknown: it arrived, it did not, or send it again. */
export const resolutions = ['sent', 'failed', 'resend'] as const;
export type Resolution = (typeof resolutions)[number];

/** May a person still decide it? Also after it was given up as unknown, and also in campaigns that have ended. */
export function mayResolve({
  status,
  failure_code,
  unknown_until,
}: {
  status: string;
  failure_code: string | null;
  unknown_until?: unknown;
}): boolean {
  return (status === 'unknown' && !unknown_until) || (status === 'failed' && failure_code === 'outcome_unknown');
}
