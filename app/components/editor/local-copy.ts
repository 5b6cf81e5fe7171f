import type { Draft, DraftField } from './draft.ts';

/** Text that is not saved yet, kept in this browser: a reload, a crash or a lost session takes nothing away. */
export interface LocalCopy {
  fields: Partial<Draft>;
  /** What each of them was before, on the server. */
  base: Partial<Draft>;
  /** ms since 1970. */
  at: number;
}

/** Of one person: the next one at this browser is not offered it. */
const keyOf = (viewerId: string, campaignId: number) => `rollcall:unsaved:${viewerId}:${campaignId}`;

export function keepLocally(viewerId: string, campaignId: number, copy: LocalCopy | null): void {
  try {
    if (copy && Object.keys(copy.fields).length > 0) localStorage.setItem(keyOf(viewerId, campaignId), JSON.stringify(copy));
    else localStorage.removeItem(keyOf(viewerId, campaignId));
  } catch {
    // No room, or not allowed: what is on screen stays the only copy, and leaving warns.
  }
}

/** What differs from the draft as it is now; null where that is nothing. */
export function keptLocally(viewerId: string, campaignId: number, draft: Draft): LocalCopy | null {
  try {
    const copy = JSON.parse(localStorage.getItem(keyOf(viewerId, campaignId)) ?? 'null') as LocalCopy | null;
    if (!copy || typeof copy.fields !== 'object' || typeof copy.base !== 'object') return null;
    const fields = (Object.keys(copy.fields) as DraftField[]).filter(
      (field) => field in draft && typeof copy.fields[field] === 'string' && copy.fields[field] !== draft[field],
    );
    if (fields.length === 0) return null;
    return { ...copy, fields: Object.fromEntries(fields.map((field) => [field, copy.fields[field]])) };
  } catch {
    return null;
  }
}
