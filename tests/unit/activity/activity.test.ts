import { describe, expect, test } from 'vitest';
import { storyEvents } from '#app/domain/activity/story.ts';
import { type ActivityDetails, type ActivityJson, type ActivityKind, activityKinds, activityText } from '#app/domain/campaigns/activity.ts';

const text = (kind: ActivityKind, details: ActivityDetails = {}, actor: string | null = 'Ana', address: string | null = null) =>
  activityText({ kind, actor, address, details });

describe('an event in a sentence', () => {
  test.each<[string, ActivityKind, ActivityDetails]>([
    ['Ana made the campaign.', 'created', {}],
    ['Ana made the campaign as a copy of “Spring”.', 'cloned', { from: 3, name: 'Spring' }],
    [
      'Ana imported 1,200 contacts from list.csv. Left out: 1 duplicate and 3 without a valid address.',
      'imported',
      { accepted: 1200, duplicates: 1, rejected: 3, file_name: 'list.csv' },
    ],
    ['Ana imported 1 contact.', 'imported', { accepted: 1, duplicates: 0, rejected: 0 }],
    ['Ana scheduled it for 2026-03-29 07:00 UTC.', 'scheduled', { scheduled_at: '2026-03-29T07:00:00+00:00' }],
    ['Ana started retry round 2.', 'retried', { round: 2 }],
    ['It ended as sent: 5,000 of 5,000 sent.', 'ended', { to: 'SENT', sent: 5000, total: 5000 }],
    [
      'It ended as partially sent: 3 of 5 sent.',
      'ended',
      { to: 'PARTIALLY_SENT', sent: 3, total: 5, code: 'recipients_failed', reason: '2 of 5 recipients could not be reached.' },
    ],
    [
      'It ended as failed: 0 of 5 sent. The key was refused.',
      'ended',
      { to: 'FAILED', sent: 0, total: 5, code: 'credentials', reason: 'The key was refused.' },
    ],
  ])('%s', (sentence, kind, details) => {
    expect(text(kind, details)).toBe(sentence);
  });

  test('names the recipient, or says that there was one', () => {
    expect(text('recipient_retried', { corrected: true }, 'Sue', 'cy@example.com')).toBe(
      'Sue corrected the address to cy@example.com and sent again.',
    );
    expect(text('recipient_resolved', { outcome: 'failed' }, 'Sue', 'cy@example.com')).toBe(
      'Sue decided that the message to cy@example.com did not arrive.',
    );
    expect(text('recipient_retried', {}, 'Sue')).toBe('Sue sent to a recipient again.');
  });

  test.each(activityKinds)('%s reads well without an actor, too', (kind) => {
    expect(text(kind, { to: 'SENT', name: 'X', round: 1 }, null)).toMatch(/^[A-Za-z].*\.$/);
    expect(text(kind, { to: 'SENT', name: 'X', round: 1 }, null)).not.toMatch(/null|undefined/);
  });
});

describe('a recipient’s story', () => {
  const event = (id: number, at: string, kind: ActivityKind): ActivityJson => ({
    ...{ id, at: `2026-01-01T${at}:00.000Z`, kind, actor: 'Ana', recipient_id: null, address: null, text: kind, details: {} },
  });
  const attempt = (at: string) => ({ started_at: `2026-01-01T${at}:00.000Z` });
  const kinds = (...given: Parameters<typeof storyEvents>) => storyEvents(...given).map(({ kind }) => kind);
  const life = [event(1, '10:00', 'started'), event(2, '11:00', 'retried'), event(3, '12:00', 'retried')];

  test('leaves out rounds that went by without it', () => {
    expect(kinds({ status: 'sent' }, [attempt('10:01')], life, [])).toEqual(['started']);
    expect(storyEvents({ status: 'failed' }, [attempt('10:01'), attempt('12:01')], life, []).map(({ at }) => at.slice(11, 16))).toEqual([
      '10:00',
      '12:00',
    ]);
    expect(kinds({ status: 'queued' }, [attempt('10:01')], life, [])).toEqual(['started', 'retried']);
  });

  test('is cancelled only where the recipient is', () => {
    const cancelled = [...life.slice(0, 1), event(4, '13:00', 'cancelled')];
    expect(kinds({ status: 'sent' }, [attempt('10:01')], cancelled, [])).toEqual(['started']);
    expect(kinds({ status: 'cancelled' }, [], cancelled, [])).toEqual(['started', 'cancelled']);
  });

  test('has what the provider told in its place', () => {
    const told = { provider: 'sendgrid', kind: 'delivered', occurred_at: '2026-01-01T10:30:00.000Z', code: null, reason: '250 OK' };
    expect(kinds({ status: 'queued' }, [attempt('10:01')], life, [told])).toEqual(['started', 'delivered', 'retried']);
  });
});
