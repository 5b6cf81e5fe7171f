import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecipientStatus } from '#app/domain/recipients/recipient.ts';
import type { RecipientsChanged } from '#app/realtime/events.ts';
import { applyChanges, applyWatched, livePage, refreshPage } from '#app/realtime/live-recipients.ts';
import { sampleRecipient } from './sample.ts';

const at = '2026-03-01T12:00:05.000Z';
const due = '2026-03-01T12:00:07.000Z';
const rows = [sampleRecipient(), sampleRecipient({ id: 2, address: 'bob@example.com' })];

function changed(id: number, status: RecipientStatus, version: number, rest: Partial<RecipientsChanged> = {}): RecipientsChanged {
  const failure_code = status === 'failed' ? 'invalid_address' : status === 'retrying' ? 'rate_limited' : null;
  const next_attempt_at = status === 'retrying' || status === 'unknown' ? due : null;
  const row = { id, status, attempts: 1, next_attempt_at, failure_code, delivery: status === 'sent' ? ('delivered' as const) : null };
  return { campaign_id: 7, version, since: version - 1, recipients: [row], ...rest };
}

describe('rows of a page', () => {
  test('change in place, with what the event implies', () => {
    const page = applyChanges(livePage('k', 5, rows), changed(2, 'retrying', 6), at);
    expect(page.rows[0]).toBe(rows[0]);
    expect(page.rows[1]).toMatchObject({ id: 2, status: 'retrying', next_attempt_at: due, failure_code: 'rate_limited' });
    const sent = applyChanges(page, changed(2, 'sent', 7), at);
    expect(sent.rows[1]).toMatchObject({ status: 'sent', sent_at: at, next_attempt_at: null, failure_code: null, delivery: 'delivered' });
    expect(applyChanges(sent, changed(2, 'unknown', 8), at).rows[1]).toMatchObject({
      unknown_until: due,
      next_attempt_at: null,
      sent_at: null,
    });
  });

  test('two events of one statement carry the same version, and both count', () => {
    const page = applyChanges(applyChanges(livePage('k', 5, rows), changed(1, 'sent', 6), at), changed(2, 'sent', 6, { since: 6 }), at);
    expect(page.rows.map((row) => row.status)).toEqual(['sent', 'sent']);
    expect(page.stale).toBe(false);
  });

  test('a gap or a bulk move asks for the page again; what the page already holds does not', () => {
    const page = livePage('k', 5, rows);
    expect(applyChanges(page, changed(1, 'sent', 8, { since: 6 }), at).stale).toBe(true);
    expect(applyChanges(page, changed(1, 'sent', 6, { many: true, recipients: [] }), at).stale).toBe(true);
    expect(applyChanges(page, changed(1, 'sent', 5, { since: 3 }), at)).toBe(page);
  });

  test('a refresh keeps rows in place, does not undo newer changes and takes no new rows in', () => {
    const page = applyChanges(livePage('k', 5, rows), changed(1, 'sent', 9), at);
    const later = refreshPage(page, 8, [sampleRecipient({ id: 1, status: 'sending' }), sampleRecipient({ id: 3 })]);
    expect(later.rows.map((row) => [row.id, row.status])).toEqual([
      [1, 'sent'],
      [2, 'queued'],
    ]);
    expect(later.stale).toBe(false);
  });

  test('the answer to a watch closes the gap before it', () => {
    const page = applyWatched(livePage('k', 5, rows), { version: 9, recipients: changed(1, 'sent', 9).recipients }, at);
    expect(page.rows[0]?.status).toBe('sent');
    expect(applyChanges(page, changed(2, 'sent', 10, { since: 9 }), at).stale).toBe(false);
    expect(applyChanges(page, changed(1, 'sending', 8, { since: 7 }), at)).toBe(page);
  });

  test('a row never goes back, in whatever order page, watch and events arrive', () => {
    const statuses: RecipientStatus[] = ['queued', 'sending', 'retrying', 'sending', 'unknown', 'sent'];
    const arrival = fc.record({
      kind: fc.constantFrom('event', 'watched', 'page'),
      version: fc.integer({ min: 0, max: statuses.length - 1 }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 30 }), (arrivals) => {
        let page = livePage('k', 0, [sampleRecipient({ status: 'queued' })]);
        let newest = 0;
        for (const { kind, version } of arrivals) {
          const status = statuses[version] as RecipientStatus;
          // A page or a watch is asked for after the events before it arrived, so it is never older than those.
          if (kind !== 'event' && version < newest) continue;
          newest = Math.max(newest, version);
          if (kind === 'event') page = applyChanges(page, changed(1, status, version), at);
          if (kind === 'watched') page = applyWatched(page, { version, recipients: changed(1, status, version).recipients }, at);
          if (kind === 'page') page = refreshPage(page, version, [sampleRecipient({ status })]);
          expect(page.rows[0]?.status).toBe(statuses[newest]);
        }
      }),
    );
  });
});
