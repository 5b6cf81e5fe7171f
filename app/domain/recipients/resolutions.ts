/** What a person may decide of a recipient whose outcome is unknown: it arrived, it did not, or send it again. */
export const resolutions = ['sent', 'failed', 'resend'] as const;
export type Resolution = (typeof resolutions)[number];

/** Of failed ones: given up as unknown; and what a person decided may be decided otherwise, where that recipient is named. */
export const decidable = ['outcome_unknown', 'not_arrived'];

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

/** Has a person decided that it did not arrive, so that they may still decide otherwise? Only where that recipient is named. */
export function mayTakeBack({ status, failure_code }: { status: string; failure_code: string | null }): boolean {
  return status === 'failed' && failure_code === 'not_arrived';
}
