import { expect, test } from 'vitest';
import { rowAct } from '#app/components/recipient-actions/row-act.ts';

const failed = (failure_code: string) => ({ status: 'failed', failure_code, unknown_until: null }) as const;
const unknown = (unknown_until: string | null) => ({ status: 'unknown', failure_code: null, unknown_until }) as const;

test.each([
  // what happened to them, in a campaign, in one that was cancelled or ended long ago
  [failed('timeout'), 'Retry', null],
  [failed('invalid_address'), 'Fix and retry', null],
  [failed('outcome_unknown'), 'Decide', 'Decide'],
  [unknown(null), 'Decide', 'Decide'],
  [unknown('2026-01-01T00:00:00Z'), null, null],
  [{ status: 'sent', failure_code: null, unknown_until: null, delivery: 'bounced' } as const, 'Fix and retry', null],
  [{ status: 'sent', failure_code: null, unknown_until: null, delivery: 'delivered' } as const, null, null],
  [{ status: 'cancelled', failure_code: null, unknown_until: null } as const, null, null],
])('a row offers what can be done (%#)', (row, act, whereClosed) => {
  expect(rowAct(row)).toBe(act);
  expect(rowAct(row, true)).toBe(whereClosed);
});
