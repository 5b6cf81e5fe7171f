import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { needsCorrection } from './needs-correction.ts';

/** What a row offers to do for its recipient, in the words of the button; null: nothing. */
export function rowAct({
  status,
  failure_code,
  unknown_until,
}: Pick<RecipientJson, 'status' | 'failure_code' | 'unknown_until'>): string | null {
  if (status === 'failed') return needsCorrection(failure_code) ? 'Fix and retry' : 'Retry';
  if (status === 'unknown' && unknown_until === null) return 'Decide';
  return null;
}
