import type { DraftChange } from '#app/domain/campaigns/draft-changes.ts';
import { changesOf, type Draft, type DraftField } from './draft.ts';

/** A field that two people changed: mine stands in the editor and is not saved until somebody chooses. */
export interface Conflict {
  field: DraftField;
  theirs: string;
  changedBy: string | null;
  /** ISO 8601. */
  changedAt: string | null;
}

/** A draft as one tab knows it. */
export interface OwnDraft {
  /** What is on screen. */
  now: Draft;
  /** What the server has, as far as this tab knows: `revision` names it. */
  saved: Draft;
  revision: number;
  conflicts: readonly Conflict[];
}

export interface Merged {
  own: OwnDraft;
  /** Fields on screen that became somebody else's. */
  taken: DraftField[];
}

/**
 * The draft as the server has it now, brought together with what is on screen. A field that was not touched here takes theirs; what both
 * changed stays as it is here and waits for a choice, so that nobody's text is overwritten in silence.
 */
export function mergeDraft(own: OwnDraft, theirs: Draft, revision: number, changes: readonly DraftChange[]): Merged {
  if (revision <= own.revision) return { own, taken: [] };
  const now = { ...own.now };
  const taken: DraftField[] = [];
  let conflicts = own.conflicts;
  for (const field of Object.keys(theirs) as DraftField[]) {
    if (theirs[field] === own.saved[field]) continue;
    conflicts = conflicts.filter((one) => one.field !== field);
    // The same on both sides: also where this tab saved it and never heard so.
    if (theirs[field] === now[field]) continue;
    if (now[field] === own.saved[field]) {
      now[field] = theirs[field];
      taken.push(field);
      continue;
    }
    const change = changes.find((one) => one.field === field);
    const who = { changedBy: change?.changed_by ?? null, changedAt: change?.changed_at ?? null };
    conflicts = [...conflicts, { field, theirs: theirs[field], ...who }];
  }
  return { own: { now, saved: theirs, revision, conflicts }, taken };
}

/** What may be saved: everything that was changed here and that nobody has to choose about. */
export function savable({ saved, now, conflicts }: OwnDraft): Partial<Draft> {
  const changes = changesOf(saved, now);
  for (const { field } of conflicts) delete changes[field];
  return changes;
}

export function decide(own: OwnDraft, field: DraftField, whose: 'mine' | 'theirs'): OwnDraft {
  const conflict = own.conflicts.find((one) => one.field === field);
  if (!conflict) return own;
  const conflicts = own.conflicts.filter((one) => one !== conflict);
  return whose === 'mine' ? { ...own, conflicts } : { ...own, conflicts, now: { ...own.now, [field]: conflict.theirs } };
}
