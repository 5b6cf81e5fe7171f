import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  exportSearch,
  fits,
  type LedgerFilter,
  ledgerSearch,
  ledgerTabs,
  readLedgerFilter,
  tabCount,
  tabStatuses,
  unseenChanges,
  wholeLedger,
} from '#app/domain/recipients/ledger-filter.ts';
import { recipientStatuses } from '#app/domain/recipients/recipient.ts';
import { sampleCampaign } from '../realtime/sample.ts';

const plain: LedgerFilter = wholeLedger;

test('a filter survives its way through the URL', () => {
  const filter = fc.record({
    tab: fc.constantFrom(...ledgerTabs),
    code: fc.option(fc.constantFrom('rate_limited', 'invalid_address')),
    q: fc.string({ maxLength: 40 }).map((q) => q.trim()),
    trail: fc.array(fc.stringMatching(/^[\w-]{1,20}$/), { maxLength: 10 }),
  });
  fc.assert(
    fc.property(filter, (one) => {
      expect(readLedgerFilter(new URLSearchParams(ledgerSearch(one)))).toEqual(one);
    }),
  );
});

test('what is not understood is left out', () => {
  expect(readLedgerFilter(new URLSearchParams('status=nonsense&code=DROP TABLE&x=1'))).toEqual(plain);
  expect(readLedgerFilter(new URLSearchParams('status=queued')).tab).toBe('waiting');
  expect(ledgerSearch(plain)).toBe('');
});

test('each status is in exactly one tab beside all, so the tabs’ counts add up', () => {
  const covered = ledgerTabs.flatMap((tab) => tabStatuses(tab) ?? []);
  expect([...covered].sort()).toEqual([...recipientStatuses].sort());
  const counters = sampleCampaign({ pending: 50, queued: 20, sent: 30 });
  expect(tabCount('waiting', counters)).toBe(70);
  expect(tabCount('all', counters)).toBe(100);
});

test('a row fits by status and by reason', () => {
  expect(fits({ tab: 'failed', code: null }, { status: 'failed', failure_code: 'timeout' })).toBe(true);
  expect(fits({ tab: 'failed', code: 'rate_limited' }, { status: 'failed', failure_code: 'timeout' })).toBe(false);
  expect(fits({ tab: 'retrying', code: null }, { status: 'sent', failure_code: null })).toBe(false);
});

test('what came of messages has tabs of its own, counted beside the statuses', () => {
  const counters = sampleCampaign({ sent: 30, bounced: 3, complained: 1, unsubscribed: 2 });
  expect((['bounced', 'complained', 'unsubscribed'] as const).map((tab) => tabCount(tab, counters))).toEqual([3, 1, 2]);
  const sent = { status: 'sent' as const, failure_code: null, unsubscribed_at: null };
  expect(fits({ tab: 'bounced', code: null }, { ...sent, delivery: 'bounced' })).toBe(true);
  expect(fits({ tab: 'bounced', code: null }, { ...sent, delivery: null })).toBe(false);
  expect(fits({ tab: 'unsubscribed', code: null }, { ...sent, delivery: 'delivered' })).toBe(false);
  expect(fits({ tab: 'unsubscribed', code: null }, { ...sent, unsubscribed_at: '2026-03-02T10:00:00.000Z' })).toBe(true);
  expect(fits({ tab: 'complained', code: null }, { ...sent, delivery: 'delivered', complained_at: '2026-03-02T10:00:00.000Z' })).toBe(true);
});

test.each([
  [plain, ''],
  [{ ...plain, tab: 'waiting', trail: ['abc'] }, '?status=pending%2Cqueued'],
  [{ ...plain, tab: 'failed', code: 'timeout' }, '?status=failed&code=timeout'],
  [{ ...plain, tab: 'bounced', q: 'ada+1' }, '?delivery=bounced&q=ada%2B1'],
] satisfies [LedgerFilter, string][])('the file of %j has the API’s parameters', (filter, search) => {
  expect(exportSearch(filter)).toBe(search);
});

test('changes that a page does not show: who came, and who left', () => {
  const failed = { ...plain, tab: 'failed' as const };
  expect(unseenChanges(failed, 14, 26, 0)).toBe(12);
  expect(unseenChanges({ ...plain, tab: 'retrying' }, 60, 60, 5)).toBe(10);
  expect(unseenChanges({ ...plain, tab: 'waiting' }, 500, 400, 0)).toBe(0);
  expect(unseenChanges(plain, 1, 99, 0)).toBe(0);
});
