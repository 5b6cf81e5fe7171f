import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressParts } from '#app/components/status-look.ts';

const statuses = ['pending', 'queued', 'sending', 'retrying', 'unknown', 'sent', 'failed', 'suppressed', 'cancelled'] as const;

test('the parts of the progress bar add up to the total, whatever the counters are', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 9, maxLength: 9 }), (counts) => {
      const counters = Object.fromEntries(statuses.map((status, i) => [status, counts[i] ?? 0])) as Record<
        (typeof statuses)[number],
        number
      >;
      const total = counts.reduce((sum, count) => sum + count, 0);
      const parts = progressParts({ ...counters, total, delivered: 0, bounced: 0, unsubscribed: 0, complained: 0 });
      expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(total);
    }),
  );
});
