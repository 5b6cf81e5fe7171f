import { describe, expect, test } from 'vitest';
import { recipientStatuses } from '#app/domain/recipients/recipient.ts';
import { becomes } from '#db/ledger/becomes.ts';
import { allowedFrom, statuses } from '#db/ledger/transitions.ts';

describe('the SET list of a verb', () => {
  test.each([
    ['touches no column that the move cannot touch', becomes('offer', 'queued'), `status = 'queued', changed_at = now()`],
    [
      'clears what belongs to the status that is left',
      becomes('giveBack', { sql: 'x' }),
      'status = x, next_attempt_at = null, failure_code = null, failure_reason = null, changed_at = now()',
    ],
    [
      'sets what belongs to the status that is reached',
      becomes('lapse', 'unknown', { unknown_until: 'soon', failure_code: 'c', failure_reason: 'r' }),
      "status = 'unknown', claimed_at = null, claimed_by = null, unknown_until = soon, failure_code = c, failure_reason = r, changed_at = now()",
    ],
    [
      'counts from nothing in a new round',
      becomes('reopen', { sql: 'x' }),
      'status = x, unknown_until = null, sent_at = null, failed_at = null, failure_code = null, failure_reason = null, delivery = null, delivered_at = null, attempts = 0, round = r.round + 1, changed_at = now()',
    ],
    [
      'gives a value to those alone who reach its status',
      becomes(
        'settle',
        { sql: 'x' },
        {
          ...{ attempts: 'n', next_attempt_at: 'a', unknown_until: 'b', sent_at: 'c', failed_at: 'd' },
          ...{ failure_code: 'e', failure_reason: 'f' },
        },
      ),
      `status = x, claimed_at = null, claimed_by = null, next_attempt_at = case when x = 'retrying' then a end, unknown_until = case when x = 'unknown' then b end, sent_at = case when x = 'sent' then c end, failed_at = case when x = 'failed' then d end, attempts = n, failure_code = e, failure_reason = f, changed_at = now()`,
    ],
  ])('%s', (_, set, expected) => {
    expect(set).toBe(expected);
  });

  test.each([
    ['without the time of a status', () => becomes('lapse', 'unknown', { failure_code: 'c', failure_reason: 'r' }), 'unknown_until'],
    ['without the reason', () => becomes('lapse', 'unknown', { unknown_until: 'soon', failure_code: 'c' }), 'failure_reason'],
    [
      'without the attempts',
      () =>
        becomes('doubt', 'unknown', { unknown_until: 'x', failure_code: 'c', failure_reason: 'r', delivery: 'null', delivered_at: 'null' }),
      'attempts',
    ],
    ['with a value that nobody gets', () => becomes('offer', 'queued', { sent_at: 'now()' }), 'nobody becomes sent'],
  ])('does not come about: %s', (_, made, column) => {
    expect(made).toThrow(column);
  });
});

test('the table knows the statuses that pages know, and leaves none without a way on', () => {
  expect([...statuses].sort()).toEqual([...recipientStatuses].sort());
  expect(statuses.filter((status) => allowedFrom(status).length === 0)).toEqual([]);
});
