import { describe, expect, test } from 'vitest';
import { checklistOf, isReady, type Note } from '#app/components/editor/readiness.ts';

const empty = { name: 'Spring', subject: '', html: '', text: '', from: '', unknown_policy: 'resend', max_retries: '3' };
const facts = { channel: 'email' as const, draft: empty, contacts: 0, defaultSender: null, notes: [] as Note[] };
const states = (items: ReturnType<typeof checklistOf>) => Object.fromEntries(items.map(({ key, state }) => [key, state]));

describe('the checklist of a draft', () => {
  test('an empty draft misses everything and is blamed for nothing', () => {
    const notes: Note[] = [{ field: 'subject', severity: 'error', message: 'The email has no subject.' }];
    expect(states(checklistOf({ ...facts, notes }))).toEqual({ from: 'missing', subject: 'missing', body: 'missing', contacts: 'missing' });
  });

  test('a default sender and either body will do', () => {
    const draft = { ...empty, subject: 'Hello', text: 'Good day' };
    const items = checklistOf({ ...facts, draft, contacts: 3, defaultSender: 'news@example.com' });
    expect(isReady(items)).toBe(true);
  });

  test('a broken template keeps the draft back, a warning does not', () => {
    const draft = { ...empty, subject: 'Hello', html: '<p>', from: 'news@example.com' };
    const note = (severity: Note['severity']): Note[] => [{ field: 'html', severity, message: 'Look here.' }];
    const warned = checklistOf({ ...facts, draft, contacts: 1, notes: note('warning') });
    const broken = checklistOf({ ...facts, draft, contacts: 1, notes: note('error') });
    expect(states(warned).body).toBe('warning');
    expect(isReady(warned)).toBe(true);
    expect(states(broken).body).toBe('broken');
    expect(isReady(broken)).toBe(false);
  });

  test('a time that has passed, and text that is not saved, keep it back; a warning of the review shows', () => {
    const draft = { ...empty, subject: 'Hello', text: 'Good day', from: 'news@example.com' };
    const full = { ...facts, draft, contacts: 1 };
    expect(isReady(checklistOf(full))).toBe(true);
    expect(isReady(checklistOf({ ...full, timeError: 'This time has passed.' }))).toBe(false);
    expect(states(checklistOf({ ...full, unsaved: 'No connection.' })).saved).toBe('broken');
    const warned = checklistOf({ ...full, warnings: ['No link to unsubscribe.', 'city is empty for some.'] });
    expect(warned.at(-1)).toMatchObject({ state: 'warning', detail: 'No link to unsubscribe. And 1 more.' });
    expect(isReady(warned)).toBe(true);
  });

  test('an SMS needs no subject', () => {
    const draft = { ...empty, text: 'Hi', from: '+15005550006' };
    expect(isReady(checklistOf({ ...facts, channel: 'sms', draft, contacts: 1 }))).toBe(true);
  });
});
