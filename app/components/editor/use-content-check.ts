import { useEffect, useRef, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { DraftCheck } from '#app/domain/campaigns/draft-check.ts';
import type { Draft } from './draft.ts';

const TYPING_PAUSE_MS = 350;
const RETRY_MS = 3_000;

/** Has the server check and render what is being typed, a short pause after the last key. The last answer stays while the next is on its way. */
export function useContentCheck(
  campaign: CampaignJson,
  draft: Draft,
  recipientId: number | null,
  loaded: DraftCheck,
): { check: DraftCheck; current: boolean } {
  const [check, setCheck] = useState(loaded);
  const fresh = useRef(true);
  const [tries, setTries] = useState(0);
  const { id: campaignId, total, variables } = campaign;
  const { subject, html, text } = draft;
  const known = variables.join(' ');
  const typed = JSON.stringify([subject, html, text]);
  const [checked, setChecked] = useState(typed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new contacts change what a template may use and whom it is shown for
  useEffect(() => {
    if (fresh.current) {
      fresh.current = false; // the page came with the answer
      return;
    }
    const abort = new AbortController();
    let again: ReturnType<typeof setTimeout> | undefined;
    const timer = setTimeout(async () => {
      try {
        const answer = await fetch(`/campaigns/${campaignId}/check`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ subject, html, text, recipient_id: recipientId }),
          signal: abort.signal,
        });
        // Content that is refused is told where it is saved; asking again would change nothing.
        if (answer.status === 413 || answer.status === 422) return;
        if (!answer.ok) throw new Error(String(answer.status));
        setCheck((await answer.json()) as DraftCheck);
        setChecked(typed);
      } catch {
        // Aborted by the next key; or offline, or signed out, of which the save indicator tells: asked again, so that no old preview stays.
        if (!abort.signal.aborted) again = setTimeout(() => setTries((n) => n + 1), RETRY_MS);
      }
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      clearTimeout(again);
      abort.abort();
    };
  }, [campaignId, subject, html, text, recipientId, known, total, tries]);
  return { check, current: checked === typed };
}

interface EmptyFor {
  name: string;
  count: number;
}

/** What is known of the list as a whole. */
export interface ListFacts {
  /** Variables that the content needs and that are empty for some. */
  empty: EmptyFor[];
  /** People on the list who are never sent to. */
  suppressed: number;
}

const noFacts: ListFacts = { empty: [], suppressed: 0 };

/** Asked again when the list changes, or what the content needs of it. */
export function useListFacts(campaign: CampaignJson, needed: string[]): ListFacts {
  const [facts, setFacts] = useState<ListFacts>(noFacts);
  const query = new URLSearchParams(needed.map((name) => ['name', name])).toString();
  const { id, preparing } = campaign;
  // While the list is copied or emptied its size changes every second.
  const total = preparing ? 0 : campaign.total;
  useEffect(() => {
    if (total === 0) {
      setFacts(noFacts);
      return;
    }
    const abort = new AbortController();
    void fetch(`/campaigns/${id}/check?${query}`, { signal: abort.signal })
      .then(async (answer) => {
        if (answer.ok) setFacts((await answer.json()) as ListFacts);
      })
      .catch(() => {}); // a warning less; sending does not depend on it
    return () => abort.abort();
  }, [id, total, query]);
  return facts;
}
