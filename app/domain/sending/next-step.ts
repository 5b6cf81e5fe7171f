import type { SendResult } from '#app/providers/provider.ts';
import { MAX_ATTEMPTS, type RecipientStatus } from '../recipients/recipient.ts';
import { backoffS } from './backoff.ts';

export interface NextStep {
  status: Extract<RecipientStatus, 'sent' | 'failed' | 'retrying' | 'pending' | 'unknown'>;
  /** `retrying`: s until the next attempt. `unknown`: s until it is settled. */
  delayS: number | null;
  /** The attempt does not count. */
  refund: boolean;
}

/**
 * What a recipient becomes after an attempt.
 *
 * @param number the attempt's number in its round, 1 to 4
 * @param free that the provider did not take it says nothing about the recipient and burns no attempt: a probe, or an answer of somebody else
 */
export function nextStep(result: SendResult, number: number, unknownGraceS: number, free = false): NextStep {
  switch (result.outcome) {
    case 'accepted':
      return { status: 'sent', delayS: null, refund: false };
    case 'permanent':
      return { status: 'failed', delayS: null, refund: false };
    case 'account':
      return { status: 'pending', delayS: null, refund: true };
    case 'unknown':
      return { status: 'unknown', delayS: unknownGraceS, refund: false };
    case 'transient':
      if (free) return { status: 'pending', delayS: null, refund: true };
      return number < MAX_ATTEMPTS
        ? { status: 'retrying', delayS: backoffS(number, result.retryAfterS), refund: false }
        : { status: 'failed', delayS: null, refund: false };
  }
}
