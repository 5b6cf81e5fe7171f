import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { cameBack } from '#app/domain/recipients/recipient-retry.ts';
import { mayResolve } from '#app/domain/recipients/resolutions.ts';
import { needsCorrection } from './needs-correction.ts';

/** What a row offers to do for its recipient, in the words of the button; null: nothing. Nobody is sent to again after a cancel or its time, but decided. */
export function rowAct(
  {
    status,
    failure_code,
    unknown_until,
    delivery,
  }: Pick<RecipientJson, 'status' | 'failure_code' | 'unknown_until'> & { delivery?: RecipientJson['delivery'] },
  closed = false,
): string | null {
  if (mayResolve({ status, failure_code, unknown_until })) return 'Decide';
  if (closed) return null;
  if (status === 'sent' && cameBack(delivery ?? null)) return 'Fix and retry';
  if (status === 'failed') return needsCorrection(failure_code) ? 'Fix and retry' : 'Retry';
  return null;
}
