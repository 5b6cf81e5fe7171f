import { type FailureCode, failureLabel, failureTexts } from '../failures.ts';
import { type CampaignJson, type CampaignStatus, statusLabels, type UnknownPolicy } from './campaign.ts';

/** The reason of recipients that were never tried, since the campaign stopped before them. Every retry goes on with them. */
export const NOT_TRIED = 'not_tried';

export interface RetryReason {
  code: string;
  label: string;
  count: number;
  retry_by_default: boolean;
}

export interface RetryPreview {
  /** How many a retry without a choice would send to. */
  retryable: number;
  by_reason: RetryReason[];
  /** Left out by default, or for good. */
  excluded: { code: string; label: string; count: number }[];
  retries_left: number;
  retry_until: string | null;
}

/** The reason of recipients of whom nobody knows whether they got the message. */
export const OUTCOME_UNKNOWN = 'outcome_unknown';

/**
 * May a failure pass without anybody changing anything? Then a retry sends to it unless told otherwise. Who may have got the message gets it
 * a second time only where the campaign's policy says so.
 */
export function retriedByDefault(code: string, policy: UnknownPolicy): boolean {
  if (code === OUTCOME_UNKNOWN) return policy === 'resend';
  return code === NOT_TRIED || (failureTexts[code as FailureCode]?.mayPass ?? false);
}

/**
 * What a retry would do.
 *
 * @param failures recipients by failure code, as they are now
 * @param notTried recipients that are pending
 * @param suppressed recipients that are on the suppression list, never sent to
 * @param policy what the campaign does with unknown outcomes
 */
export function previewRetry(
  failures: readonly { code: string; count: number }[],
  notTried: number,
  suppressed: number,
  policy: UnknownPolicy,
  limits: Pick<RetryPreview, 'retries_left' | 'retry_until'>,
): RetryPreview {
  const reasons = [...failures, ...(notTried > 0 ? [{ code: NOT_TRIED, count: notTried }] : [])]
    .filter(({ count }) => count > 0)
    .map(({ code, count }) => ({ code, label: reasonLabel(code), count, retry_by_default: retriedByDefault(code, policy) }));
  const excluded = reasons.filter(({ retry_by_default }) => !retry_by_default).map(({ code, label, count }) => ({ code, label, count }));
  return {
    retryable: reasons.reduce((sum, reason) => sum + (reason.retry_by_default ? reason.count : 0), 0),
    by_reason: reasons,
    excluded: suppressed > 0 ? [...excluded, { code: 'suppressed', label: 'On the suppression list', count: suppressed }] : excluded,
    ...limits,
  };
}

function reasonLabel(code: string): string {
  return code === NOT_TRIED ? 'Not sent to yet' : failureLabel(code);
}

/** Why a retry is closed: a code and a sentence with what to do instead; null where it is open. */
export function retryClosed(
  campaign: { status: CampaignStatus; retry_count: number; max_retries: number; failed_at: Date | null },
  now: Date,
  windowS: number,
): { code: string; message: string } | null {
  if (campaign.status !== 'FAILED' && campaign.status !== 'PARTIALLY_SENT') {
    return { code: 'conflict', message: 'Only a campaign that failed or was partially sent can be retried.' };
  }
  if (campaign.failed_at && now.getTime() > campaign.failed_at.getTime() + windowS * 1_000) {
    const hours = Math.round(windowS / 3_600);
    const window = hours >= 1 ? `${hours} ${hours === 1 ? 'hour' : 'hours'}` : `${windowS} seconds`;
    return {
      code: 'retry_window_over',
      message: `A campaign can be retried for ${window} after it failed. Clone it to send to those who were not reached.`,
    };
  }
  if (campaign.retry_count >= campaign.max_retries) {
    if (campaign.max_retries === 0)
      return {
        code: 'no_retries_left',
        message: 'This campaign was set to allow no retry rounds. Clone it to send to those who were not reached.',
      };
    const rounds = campaign.max_retries === 1 ? 'its retry round' : `all ${campaign.max_retries} retry rounds`;
    return { code: 'no_retries_left', message: `This campaign has used ${rounds}. Clone it to send to those who were not reached.` };
  }
  return null;
}

/**
 * Why a campaign's single recipients cannot be sent to again; null where they can. It costs no round, a campaign under way takes it too, and
 * its window is longer than the campaign's.
 *
 * @param windowS RECIPIENT_RETRY_WINDOW_S
 */
export function singleRetryClosed(
  { status, ended_at }: { status: CampaignStatus; ended_at: Date | null },
  now: Date,
  windowS: number,
): { code: string; message: string } | null {
  if (status === 'SENDING' || status === 'PAUSED') return null;
  if (status !== 'FAILED' && status !== 'PARTIALLY_SENT' && status !== 'SENT') {
    return { code: 'conflict', message: `A campaign that is ${statusLabels[status].toLowerCase()} cannot be sent to again.` };
  }
  if (ended_at && now.getTime() > ended_at.getTime() + windowS * 1_000) {
    const days = Math.round(windowS / 86_400);
    const window = days >= 1 ? `${days} ${days === 1 ? 'day' : 'days'}` : `${windowS} seconds`;
    return {
      code: 'retry_window_over',
      message: `Single people can be sent to again for ${window} after the campaign ended. Clone it to send to them.`,
    };
  }
  return null;
}

/** What the rule above asks of a campaign. */
export function singleRetryFacts({ status, failed_at, finished_at }: Pick<CampaignJson, 'status' | 'failed_at' | 'finished_at'>) {
  const ended = failed_at ?? finished_at;
  return { status, ended_at: ended === null ? null : new Date(ended) };
}
