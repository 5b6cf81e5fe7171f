import { countdownText } from '../durations.ts';

/** One field of a draft that somebody changed: when last, and in which revision. */
export interface DraftChange {
  /** As the campaign JSON names it; `recipients` for the list. */
  field: string;
  revision: number;
  /** ISO 8601 in UTC. */
  changed_at: string;
  /** Null where Rollcall did it by itself. */
  changed_by: string | null;
}

const words: Record<string, string> = {
  name: 'the name',
  channel: 'the channel',
  subject: 'the subject',
  preheader: 'the preheader',
  html: 'the HTML',
  text: 'the text',
  from: 'the sender',
  reply_to: 'the address for replies',
  recipients: 'the contact list',
  max_retries: 'how often it may be retried',
  unknown_policy: 'what happens when an outcome is unknown',
};

/** What a field is called within a sentence. */
export function fieldWords(field: string): string {
  return words[field] ?? 'the content';
}

/** "the subject", "the subject and the HTML", "the subject, the HTML and the sender". */
export function fieldsText(fields: readonly string[]): string {
  const named = [...new Set(fields.map(fieldWords))];
  return named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : (named[0] ?? 'the draft');
}

/**
 * "Ana changed the subject and the HTML 20 s ago." Only the newest one's changes are told with a time; others follow.
 *
 * @param changes newest first
 * @param now ms
 */
export function changesText(changes: readonly DraftChange[], now: number): string {
  const newest = changes[0];
  if (!newest) return 'The draft has changed.';
  const theirs = changes.filter(({ changed_by }) => changed_by === newest.changed_by);
  const others = changes.filter(({ changed_by }) => changed_by !== newest.changed_by);
  const ago = agoText(now - Date.parse(newest.changed_at));
  const fields = fieldsText(theirs.map(({ field }) => field));
  const first = newest.changed_by ? `${newest.changed_by} changed ${fields} ${ago}.` : `${capital(fields)} changed ${ago}.`;
  if (others.length === 0) return first;
  return `${first} ${capital(fieldsText(others.map(({ field }) => field)))} changed too.`;
}

/** @param ms since then */
export function agoText(ms: number): string {
  return ms < 2_000 ? 'just now' : `${countdownText(Math.floor(ms / 1_000) * 1_000)} ago`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
