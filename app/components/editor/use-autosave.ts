import { useCallback, useEffect, useRef, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { DraftChange } from '#app/domain/campaigns/draft-changes.ts';
import type { FieldError } from '#app/domain/problem.ts';
import { changesOf, type Draft, type DraftField, draftOf } from './draft.ts';
import { type Conflict, decide, mergeDraft, type OwnDraft, savable } from './draft-merge.ts';
import { keepLocally, keptLocally, type LocalCopy } from './local-copy.ts';
import { draftNews, saveDraft } from './save-draft.ts';

const TYPING_PAUSE_MS = 600;
const RETRY_MS = 3_000;
/** Another tab's sign-in is heard of at once; this is for those that are not. */
const SIGNED_OUT_RETRY_MS = 15_000;
/** A save is tried on newer revisions this often before it waits for the next key. */
const TRIES = 4;

export type SaveState =
  | { kind: 'saved' }
  | { kind: 'unsaved' }
  | { kind: 'saving' }
  /** `again`: the server could not be reached and will be asked again. Else the text itself was refused. */
  | { kind: 'failed'; message: string; errors: FieldError[]; again: boolean; signedOut?: boolean };

export interface Autosave {
  draft: Draft;
  set(field: DraftField, value: string): void;
  state: SaveState;
  /** Saves what is unsaved at once; false where that failed, or where somebody has to choose first. */
  flush(): Promise<boolean>;
  /** Of what is on screen, as it is saved. */
  revision: number;
  /** The campaign as this tab heard of it last: list, status. */
  known: CampaignJson;
  /** Deleted, by somebody else. */
  gone: boolean;
  conflicts: readonly Conflict[];
  choose(field: DraftField, whose: 'mine' | 'theirs'): void;
  /** What others changed on this screen, to be told once. */
  told: readonly DraftChange[];
  dismiss(): void;
  /** Something may have changed: asks. */
  hear(): void;
  /** Unsaved text of an earlier visit, to be offered. */
  kept: LocalCopy | null;
  restore(): void;
  forget(): void;
}

/**
 * Keeps the draft's text in the browser and sends what changed after a pause in typing, one request at a time, through the REST API, under the
 * revision that it was written on. A lost connection or session is tried again; what the server refuses waits for the next change; what others
 * changed meanwhile is brought together with it, field by field.
 */
export function useAutosave(loaded: CampaignJson, viewer: { id: string; label: string }): Autosave {
  const { id } = loaded;
  const own = useRef<OwnDraft>(null as unknown as OwnDraft);
  own.current ??= { now: draftOf(loaded), saved: draftOf(loaded), revision: loaded.revision, conflicts: [] };
  const [shown, setShown] = useState(own.current);
  const [state, setState] = useState<SaveState>({ kind: 'saved' });
  const [known, setKnown] = useState(loaded);
  const [gone, setGone] = useState(false);
  const [told, setTold] = useState<readonly DraftChange[]>([]);
  const [kept, setKept] = useState<LocalCopy | null>(null);
  const closed = useRef(false);
  /** What the server would not take, as JSON, and what it said: the same is not asked again. */
  const refused = useRef<{ asked: string; state: SaveState } | null>(null);
  const keptNow = useRef<LocalCopy | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const queue = useRef<Promise<boolean>>(Promise.resolve(true));

  const show = useCallback(
    (next: OwnDraft) => {
      own.current = next;
      setShown(next);
      const changes = changesOf(next.saved, next.now);
      const fields = { ...keptNow.current?.fields, ...changes };
      const base = Object.fromEntries(Object.keys(changes).map((field) => [field, next.saved[field as DraftField]]));
      keepLocally(viewer.id, id, { fields, base: { ...keptNow.current?.base, ...base }, at: Date.now() });
    },
    [viewer.id, id],
  );

  const again = useCallback((ms: number, save: () => void) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(save, ms);
  }, []);

  /** @returns false where the server could not be asked */
  const catchUp = useCallback(async (): Promise<boolean> => {
    const answer = await draftNews(id, own.current.revision);
    if (answer.kind === 'refused' && answer.status === 404) {
      closed.current = true;
      setGone(true);
      return true;
    }
    if (answer.kind !== 'ok') {
      if (answer.kind === 'signed-out') setState(signedOut);
      return false;
    }
    const { campaign, changes } = answer.value;
    setKnown((before) => (campaign.version >= before.version ? campaign : before));
    closed.current = campaign.status !== 'DRAFT';
    if (closed.current) return true;
    const before = own.current;
    const { own: merged, taken } = mergeDraft(before, draftOf(campaign), campaign.revision, changes);
    if (merged === before) return true;
    show(merged);
    const news = changes.filter(
      ({ field, changed_by }) =>
        taken.includes(field as DraftField) || (field === 'recipients' && changed_by !== null && changed_by !== viewer.label),
    );
    if (news.length > 0) setTold((old) => [...news, ...old.filter((one) => news.every(({ field }) => field !== one.field))]);
    return true;
  }, [id, show, viewer.label]);

  const saveOnce = useCallback(
    async (save: () => void): Promise<boolean> => {
      clearTimeout(timer.current);
      for (let tries = 0; tries < TRIES && !closed.current; tries++) {
        const { revision } = own.current;
        const changes = savable(own.current);
        if (Object.keys(changes).length === 0) {
          setState((known) => (known.kind === 'failed' && !known.signedOut && !known.again ? known : { kind: 'saved' }));
          return own.current.conflicts.length === 0;
        }
        const asked = JSON.stringify(changes);
        if (asked === refused.current?.asked) {
          setState(refused.current.state);
          return false;
        }
        setState((known) => (known.kind === 'failed' && known.again ? known : { kind: 'saving' }));
        const answer = await saveDraft(id, changes, revision);
        if (answer.kind === 'ok') {
          show({ ...own.current, saved: { ...own.current.saved, ...changes }, revision: answer.value.revision });
          setState({ kind: Object.keys(savable(own.current)).length > 0 ? 'unsaved' : 'saved' });
          return own.current.conflicts.length === 0;
        }
        if (answer.kind === 'refused' && answer.status !== 409 && answer.status !== 404) {
          refused.current = { asked, state: { kind: 'failed', message: answer.message, errors: answer.errors, again: false } };
          setState(refused.current.state);
          return false;
        }
        if (answer.kind === 'signed-out') {
          setState(signedOut);
          again(SIGNED_OUT_RETRY_MS, save);
          return false;
        }
        if (answer.kind === 'away' || !(await catchUp())) {
          setState((known) => (known.kind === 'failed' && known.signedOut ? known : offline));
          again(RETRY_MS, save);
          return false;
        }
        if (answer.kind === 'refused' && !closed.current) {
          setState({ kind: 'failed', message: answer.message, errors: answer.errors, again: true });
          again(RETRY_MS, save);
          return false;
        }
      }
      return false;
    },
    [id, show, catchUp, again],
  );

  const save = useCallback((): Promise<boolean> => {
    queue.current = queue.current.then(() => saveOnce(save));
    return queue.current;
  }, [saveOnce]);

  const hear = useCallback(() => {
    // After a save that is under way: its own revision is no news.
    queue.current = queue.current.then(async () => {
      await catchUp();
      return true;
    });
    void save();
  }, [catchUp, save]);

  const set = useCallback(
    (field: DraftField, value: string) => {
      show({ ...own.current, now: { ...own.current.now, [field]: value } });
      setTold((old) => (old.some((one) => one.field === field) ? old.filter((one) => one.field !== field) : old));
      setState((state) => (state.kind === 'saving' || (state.kind === 'failed' && state.again) ? state : { kind: 'unsaved' }));
      clearTimeout(timer.current);
      timer.current = setTimeout(save, TYPING_PAUSE_MS);
    },
    [save, show],
  );

  const choose = useCallback(
    (field: DraftField, whose: 'mine' | 'theirs') => {
      show(decide(own.current, field, whose));
      void save();
    },
    [save, show],
  );

  const forget = useCallback(() => {
    keptNow.current = null;
    setKept(null);
    show(own.current);
  }, [show]);

  const restore = useCallback(() => {
    const copy = keptNow.current;
    if (!copy) return;
    keptNow.current = null;
    setKept(null);
    const next = { ...own.current, now: { ...own.current.now, ...copy.fields } };
    // Somebody may have changed the same since: then it is a choice.
    const fields = Object.keys(copy.fields) as DraftField[];
    const conflicts = fields
      .filter((field) => copy.base[field] !== undefined && copy.base[field] !== next.saved[field])
      .map((field) => ({ field, theirs: next.saved[field], changedBy: null, changedAt: null }));
    show({ ...next, conflicts: [...next.conflicts.filter(({ field }) => !fields.includes(field)), ...conflicts] });
    void save();
  }, [save, show]);

  useEffect(() => {
    const copy = keptLocally(viewer.id, id, own.current.saved);
    keptNow.current = copy;
    setKept(copy);
  }, [viewer.id, id]);

  useEffect(() => {
    setKnown((before) => (loaded.version >= before.version ? loaded : before));
    if (loaded.revision > own.current.revision) hear();
  }, [loaded, hear]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (!closed.current && Object.keys(changesOf(own.current.saved, own.current.now)).length > 0) event.preventDefault();
    };
    const retry = () => void save();
    window.addEventListener('beforeunload', warn);
    window.addEventListener('online', retry);
    return () => {
      window.removeEventListener('beforeunload', warn);
      window.removeEventListener('online', retry);
      void save(); // leaving for another page of ours: the request outlives this component
    };
  }, [save]);

  const { now: draft, revision, conflicts } = shown;
  const dismiss = useCallback(() => setTold([]), []);
  return { draft, set, state, flush: save, revision, known, gone, conflicts, choose, told, dismiss, hear, kept, restore, forget };
}

const offline: SaveState = { kind: 'failed', message: 'Not saved: no connection. Trying again.', errors: [], again: true };
const signedOut: SaveState = { kind: 'failed', message: 'Not saved: you are signed out.', errors: [], again: true, signedOut: true };
