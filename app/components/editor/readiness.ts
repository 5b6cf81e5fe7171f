import type { Channel } from '#app/domain/channel.ts';
import type { ContentProblem } from '#app/domain/content/check-content.ts';
import type { Draft } from './draft.ts';

export interface ChecklistItem {
  key: string;
  label: string;
  detail?: string;
  state: 'done' | 'missing' | 'broken' | 'warning';
  /** Where on the page to see to it. */
  href: string;
}

/** What is wrong with a field: of the content, or what the server refused to save. */
export type Note = Omit<ContentProblem, 'field'> & { field: string };

interface Facts {
  channel: Channel;
  draft: Draft;
  contacts: number;
  /** Is the list still being copied, or else emptied? */
  preparing?: boolean;
  emptying?: boolean;
  /** Is a sender configured for campaigns that name none? */
  defaultSender: string | null;
  notes: Note[];
  /** Why the planned time does not work; null or absent: it does, or it goes out at once. */
  timeError?: string | null;
  /** What keeps the text from being saved, in a few words; null or absent: it is saved, or on its way. */
  unsaved?: string | null;
  /** What the review warns of, beside what the content's own items tell. */
  warnings?: string[];
}

/** Everything that sending asks of a draft, in the order of the page. Pure: what the page shows and nothing else decides. */
export function checklistOf({
  channel,
  draft,
  contacts,
  preparing = false,
  emptying = false,
  defaultSender,
  notes,
  timeError = null,
  unsaved = null,
  warnings = [],
}: Facts): ChecklistItem[] {
  const bodies = channel === 'email' ? (['html', 'text'] as const) : (['text'] as const);
  const written = bodies.some((field) => draft[field].trim() !== '');
  const items: ChecklistItem[] = [];
  const content = (key: string, label: string, fields: readonly string[], present: boolean): ChecklistItem => {
    const errors = notes.filter((note) => fields.includes(note.field) && note.severity === 'error');
    const warnings = notes.filter((note) => fields.includes(note.field) && note.severity === 'warning');
    const broken = present && errors.length > 0;
    const item: ChecklistItem = { key, label, href: '#content-section', state: broken ? 'broken' : present ? 'done' : 'missing' };
    if (item.state === 'done' && warnings.length > 0) item.state = 'warning';
    const first = broken ? errors[0] : warnings[0];
    return first && present ? { ...item, detail: first.message } : item;
  };
  items.push(content('from', 'Sender', ['from'], draft.from.trim() !== '' || defaultSender !== null));
  if (channel === 'email') items.push(content('subject', 'Subject', ['subject'], draft.subject.trim() !== ''));
  items.push(content('body', 'Message', bodies, written));
  items.push({
    key: 'contacts',
    label: 'Contacts',
    href: '#contacts-section',
    state: contacts > 0 && !preparing ? 'done' : 'missing',
    ...(preparing ? { detail: emptying ? 'Being removed' : 'Being copied' } : contacts === 0 && { detail: 'Bring a list as a CSV file' }),
  });
  if (timeError) items.push({ key: 'schedule', label: 'Time', href: '#schedule-section', state: 'broken', detail: timeError });
  if (unsaved) items.push({ key: 'saved', label: 'Saving', href: '#content-section', state: 'broken', detail: unsaved });
  if (warnings.length > 0) {
    const [first] = warnings;
    const detail = warnings.length > 1 ? `${first} And ${warnings.length - 1} more.` : first;
    items.push({ key: 'review', label: 'Review', href: '#review-section', state: 'warning', ...(detail && { detail }) });
  }
  return items;
}

export function isReady(items: ChecklistItem[]): boolean {
  return items.every((item) => item.state === 'done' || item.state === 'warning');
}
