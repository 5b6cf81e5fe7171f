import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { previewRetry, retryClosed } from '#app/domain/campaigns/retry-rules.ts';

export interface RetryOffer {
  /** "Retry 188 failed" */
  label: string;
  /** "(2 rounds left)" */
  left: string;
  /** Does a retry send to anybody without being told to? */
  worthwhile: boolean;
  /** Why it is closed and what to do instead; null while it is open. */
  closed: string | null;
  /** Until when it is open, ISO 8601. */
  until: string;
}

type Campaign = Pick<
  CampaignJson,
  'status' | 'pending' | 'suppressed' | 'unknown_policy' | 'retries_left' | 'retry_until' | 'retry_count' | 'max_retries' | 'failed_at'
>;

/**
 * What the button that leads to a retry says; null where there is nothing to retry.
 *
 * @param reasons recipients by failure code
 * @param now ms on the server's clock
 * @param count writes a number as the reader does
 */
export function retryOffer(
  campaign: Campaign,
  reasons: readonly { code: string; count: number }[],
  now: number,
  count: (value: number) => string,
): RetryOffer | null {
  const { status, pending, suppressed, unknown_policy, retries_left, retry_until, retry_count, max_retries, failed_at } = campaign;
  if ((status !== 'FAILED' && status !== 'PARTIALLY_SENT') || !failed_at || !retry_until) return null;
  const { retryable, by_reason } = previewRetry(reasons, pending, suppressed, unknown_policy, { retries_left, retry_until });
  if (by_reason.length === 0) return null;
  const failedAt = new Date(failed_at);
  const windowS = (Date.parse(retry_until) - failedAt.getTime()) / 1_000;
  return {
    label: labelOf(retryable - pending, pending, count),
    left: retries_left === 1 ? '(1 round left)' : `(${retries_left} rounds left)`,
    worthwhile: retryable > 0,
    closed: retryClosed({ status, retry_count, max_retries, failed_at: failedAt }, new Date(now), windowS)?.message ?? null,
    until: retry_until,
  };
}

function labelOf(failed: number, notTried: number, count: (value: number) => string): string {
  if (failed + notTried === 0) return 'Choose who to retry';
  if (notTried === 0) return `Retry ${count(failed)} failed`;
  if (failed === 0) return `Send to ${count(notTried)} who still wait`;
  return `Retry ${count(failed + notTried)} recipients`;
}
