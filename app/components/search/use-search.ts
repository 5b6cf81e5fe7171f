import { useEffect, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { loadJson } from '../load-json.ts';

export interface FoundPerson {
  /** An address or number. */
  address: string;
  /** Where choosing leads. */
  to: string;
  /** What they were found by, where it is not their address. */
  why: string | null;
}

export interface Found {
  /** What it was found for. */
  q: string;
  campaigns: Pick<CampaignJson, 'id' | 'name' | 'channel' | 'status'>[];
  people: FoundPerson[];
}

const TYPING_PAUSE_MS = 120;
/** Names and the ends of numbers take the server longer, so that is asked once somebody has stopped typing. */
const DETAILS_PAUSE_MS = 450;
const nothing: Found = { q: '', campaigns: [], people: [] };

/** What the text finds, a moment after it was typed; until then what the text before found. `looking`: names are being looked for. */
export function useSearch(text: string): { found: Found; searching: boolean; looking: boolean } {
  const q = text.trim();
  const detailed = mayBeDetails(q);
  const found = useAnswer(q, '/search?', TYPING_PAUSE_MS);
  const details = useAnswer(detailed ? q : '', '/search?details=1&', DETAILS_PAUSE_MS);
  const known = new Set(found.people.map(({ address }) => address));
  const more = details.q === q ? details.people.filter(({ address }) => !known.has(address)) : [];
  return {
    found: { ...found, people: [...found.people, ...more] },
    searching: q !== '' && found.q !== q,
    looking: detailed && details.q !== q,
  };
}

/** A name or the end of a number, as far as can be told before the server reads it. */
function mayBeDetails(q: string): boolean {
  return !q.includes('@') && (q.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= 3;
}

function useAnswer(q: string, url: string, pauseMs: number): Found {
  const [found, setFound] = useState(nothing);
  useEffect(() => {
    if (q === '') return;
    let stale = false;
    const timer = setTimeout(async () => {
      const answer = await loadJson<Found>(url + new URLSearchParams({ q }));
      if (!stale) setFound(answer ?? { ...nothing, q });
    }, pauseMs);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [q, url, pauseMs]);
  return q === '' ? nothing : found;
}
