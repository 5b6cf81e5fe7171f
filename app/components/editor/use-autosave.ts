import { useCallback, useEffect, useRef, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { FieldError } from '#app/domain/problem.ts';
import { changesOf, type Draft, type DraftField, draftOf } from './draft.ts';

const TYPING_PAUSE_MS = 600;
const RETRY_MS = 3_000;

export type SaveState =
  | { kind: 'saved' }
  | { kind: 'unsaved' }
  | { kind: 'saving' }
  /** `again`: the server could not be reached and will be asked again. Else the text itself was refused. */
  | { kind: 'failed'; message: string; errors: FieldError[]; again: boolean };

type Failed = Extract<SaveState, { kind: 'failed' }>;

export interface Autosave {
  draft: Draft;
  set(field: DraftField, value: string): void;
  state: SaveState;
  /** Saves what is unsaved at once; false where that failed. */
  flush(): Promise<boolean>;
}

/**
 * Keeps the draft's text in the browser and sends what changed after a pause in typing, one request at a time, through the REST API.
 * A lost connection is tried again; what the server refuses waits for the next change.
 */
export function useAutosave(campaign: CampaignJson): Autosave {
  const [draft, setDraft] = useState(() => draftOf(campaign));
  const [state, setState] = useState<SaveState>({ kind: 'saved' });
  const now = useRef(draft);
  const saved = useRef(draft);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const running = useRef<Promise<boolean> | null>(null);
  const url = `/api/v1/campaigns/${campaign.id}`;

  const save = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    if (running.current) await running.current;
    const changes = changesOf(saved.current, now.current);
    if (Object.keys(changes).length === 0) return true;
    setState({ kind: 'saving' });
    running.current = patch(url, changes).then((answer) => {
      running.current = null;
      if (answer === 'saved') {
        saved.current = { ...saved.current, ...changes };
        const more = Object.keys(changesOf(saved.current, now.current)).length > 0;
        setState({ kind: more ? 'unsaved' : 'saved' });
        return true;
      }
      setState(answer);
      if (answer.again) timer.current = setTimeout(save, RETRY_MS);
      return false;
    });
    return running.current;
  }, [url]);

  const set = useCallback(
    (field: DraftField, value: string) => {
      now.current = { ...now.current, [field]: value };
      setDraft(now.current);
      setState((state) => (state.kind === 'saving' ? state : { kind: 'unsaved' }));
      clearTimeout(timer.current);
      timer.current = setTimeout(save, TYPING_PAUSE_MS);
    },
    [save],
  );

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (Object.keys(changesOf(saved.current, now.current)).length > 0) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      void save(); // leaving for another page of ours: the request outlives this component
    };
  }, [save]);

  return { draft, set, state, flush: save };
}

async function patch(url: string, changes: Partial<Draft>): Promise<'saved' | Failed> {
  const offline: Failed = { kind: 'failed', message: 'Not saved: no connection. Trying again.', errors: [], again: true };
  let answer: Response;
  try {
    answer = await fetch(url, { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(changes) });
  } catch {
    return offline;
  }
  if (answer.ok) return 'saved';
  if (answer.status >= 500 || answer.status === 429) return offline;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string; errors?: FieldError[] };
  return { kind: 'failed', message: problem.detail ?? 'Not saved.', errors: problem.errors ?? [], again: false };
}
