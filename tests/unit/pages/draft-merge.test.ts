import { describe, expect, test } from 'vitest';
import { decide, mergeDraft, type OwnDraft, savable } from '#app/components/editor/draft-merge.ts';
import { changesText, type DraftChange } from '#app/domain/campaigns/draft-changes.ts';

const base = { name: 'Harvest', subject: 'One', html: '<p>One</p>', text: '', from: '', unknown_policy: 'resend', max_retries: '3' };
const own = (change: Partial<typeof base> = {}): OwnDraft => ({ now: { ...base, ...change }, saved: base, revision: 4, conflicts: [] });
const change = (field: string, revision = 5, changed_by: string | null = 'Ana', changed_at = '2026-03-01T12:00:00.000Z'): DraftChange => ({
  field,
  revision,
  changed_by,
  changed_at,
});

describe('a draft that somebody else changed', () => {
  test('takes theirs where nothing was typed here, and says so', () => {
    const { own: merged, taken } = mergeDraft(own(), { ...base, subject: 'Two' }, 5, [change('subject')]);
    expect(merged).toMatchObject({ now: { subject: 'Two' }, saved: { subject: 'Two' }, revision: 5, conflicts: [] });
    expect(taken).toEqual(['subject']);
  });

  test('keeps what was typed here in another field, to be saved on top', () => {
    const { own: merged, taken } = mergeDraft(own({ html: '<p>Mine</p>' }), { ...base, subject: 'Two' }, 5, [change('subject')]);
    expect(merged.now).toMatchObject({ subject: 'Two', html: '<p>Mine</p>' });
    expect(taken).toEqual(['subject']);
    expect(savable(merged)).toEqual({ html: '<p>Mine</p>' });
  });

  test('asks where both changed the same, and saves that field only after the choice', () => {
    const { own: merged, taken } = mergeDraft(own({ subject: 'Mine', text: 'Also mine' }), { ...base, subject: 'Theirs' }, 5, [
      change('subject'),
    ]);
    expect(taken).toEqual([]);
    expect(merged.now.subject).toBe('Mine');
    expect(merged.conflicts).toEqual([{ field: 'subject', theirs: 'Theirs', changedBy: 'Ana', changedAt: '2026-03-01T12:00:00.000Z' }]);
    expect(savable(merged)).toEqual({ text: 'Also mine' });
    expect(savable(decide(merged, 'subject', 'mine'))).toEqual({ subject: 'Mine', text: 'Also mine' });
    const theirs = decide(merged, 'subject', 'theirs');
    expect(theirs.now.subject).toBe('Theirs');
    expect(savable(theirs)).toEqual({ text: 'Also mine' });
  });

  test('asks about the newest of theirs only, and no more where they took it back', () => {
    const first = mergeDraft(own({ subject: 'Mine' }), { ...base, subject: 'Theirs' }, 5, [change('subject')]).own;
    const second = mergeDraft(first, { ...base, subject: 'Newer' }, 6, [change('subject', 6, 'Ben')]).own;
    expect(second.conflicts).toMatchObject([{ theirs: 'Newer', changedBy: 'Ben' }]);
    const same = mergeDraft(second, { ...base, subject: 'Mine' }, 7, [change('subject', 7)]).own;
    expect(same.conflicts).toEqual([]);
    expect(savable(same)).toEqual({});
  });

  test('sees its own save again where the answer was lost', () => {
    const mine = { ...base, subject: 'Mine' };
    const { own: merged, taken } = mergeDraft(own({ subject: 'Mine' }), mine, 5, [change('subject', 5, 'Me')]);
    expect(taken).toEqual([]);
    expect(merged).toMatchObject({ revision: 5, conflicts: [] });
    expect(savable(merged)).toEqual({});
  });

  test.each([4, 3])('is not changed by revision %i, which it has', (revision) => {
    const before = own({ subject: 'Mine' });
    expect(mergeDraft(before, { ...base, subject: 'Old' }, revision, []).own).toBe(before);
  });

  test('adopts the revision where only the list changed', () => {
    expect(mergeDraft(own(), base, 9, [change('recipients', 9)])).toMatchObject({ own: { revision: 9 }, taken: [] });
  });
});

test.each([
  [[change('subject')], 20, 'Ana changed the subject 20 s ago.'],
  [[change('subject'), change('html'), change('from')], 1, 'Ana changed the subject, the HTML and the sender just now.'],
  [[change('recipients')], 185, 'Ana changed the contact list 3 min 05 s ago.'],
  [[change('recipients', 5, null)], 20, 'The contact list changed 20 s ago.'],
  [[change('subject', 6), change('html', 5, 'Ben')], 20, 'Ana changed the subject 20 s ago. The HTML changed too.'],
  [[change('design')], 20, 'Ana changed the content 20 s ago.'],
  [[], 20, 'The draft has changed.'],
] as [DraftChange[], number, string][])('%#: changes in a sentence', (changes, seconds, text) => {
  expect(changesText(changes, Date.parse('2026-03-01T12:00:00.000Z') + seconds * 1_000)).toBe(text);
});
