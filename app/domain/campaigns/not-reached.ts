/** Whom a clone goes to. */
export const cloneRecipients = ['all', 'not_reached'] as const;
export type CloneRecipients = (typeof cloneRecipients)[number];

/** Failures of people who may have the message all the same, or who asked to be left alone: no clone goes to them by itself. */
const leftOut: readonly string[] = ['outcome_unknown', 'opted_out'];

/**
 * How many an ended campaign did not reach: who failed, was cancelled or never tried. The statement that copies them says the same.
 *
 * @param failures recipients by failure code
 */
export function notReached(
  { pending, cancelled }: { pending: number; cancelled: number },
  failures: readonly { code: string; count: number }[],
): number {
  return failures.reduce((sum, { code, count }) => sum + (leftOut.includes(code) ? 0 : count), pending + cancelled);
}
