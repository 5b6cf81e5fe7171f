import { useEffect, useState } from 'react';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { loadJson } from '../campaign/load-json.ts';

export interface Found {
  /** What it was found for. */
  q: string;
  campaigns: Pick<CampaignJson, 'id' | 'name' | 'channel' | 'status'>[];
  /** Addresses and numbers. */
  people: string[];
}

const TYPING_PAUSE_MS = 120;
const nothing: Found = { q: '', campaigns: [], people: [] };

/** What the text finds, a moment after it was typed; until then what the text before found. */
export function useSearch(text: string): { found: Found; searching: boolean } {
  const q = text.trim();
  const [found, setFound] = useState(nothing);
  useEffect(() => {
    if (q === '') return;
    let stale = false;
    const timer = setTimeout(async () => {
      const answer = await loadJson<Found>(`/search?${new URLSearchParams({ q })}`);
      if (!stale) setFound(answer ?? { ...nothing, q });
    }, TYPING_PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [q]);
  return { found: q === '' ? nothing : found, searching: q !== '' && found.q !== q };
}
