import { useEffect, useMemo, useState } from 'react';

const TYPING_PAUSE_MS = 200;
const OFFERED = 12;

interface Person {
  id: number;
  address: string;
}

/** Where the people to offer are asked for. Null: whoever looks may not see people, and asking would be refused. */
export function offersUrl(campaignId: number, q: string, seesPeople: boolean): string | null {
  const query = new URLSearchParams({ limit: String(OFFERED), ...(q && { q }) });
  return seesPeople ? `/api/v1/campaigns/${campaignId}/recipients?${query}` : null;
}

/** People to preview for: the first of the list, or those whose address begins with what was typed. The list itself stays on the server. */
export function useRecipientChoice(campaignId: number, current: Person | null, contacts: number, seesPeople: boolean) {
  const [search, setSearch] = useState('');
  const [people, setPeople] = useState<Person[]>([]);
  // A chosen option writes its whole label into the field; that is no search.
  const q = search === current?.address ? '' : search.trim();

  // biome-ignore lint/correctness/useExhaustiveDependencies: an import brings other people
  useEffect(() => {
    const url = offersUrl(campaignId, q, seesPeople);
    if (url === null) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await fetch(url, { signal: abort.signal });
        if (answer.ok) setPeople(((await answer.json()) as { data: Person[] }).data);
      } catch {
        // Aborted by the next key, or offline: the last offer stays.
      }
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [campaignId, q, contacts, seesPeople]);

  const options = useMemo(() => {
    const all = current && !q && !people.some((person) => person.id === current.id) ? [current, ...people] : people;
    return all.map(({ id, address }) => ({ value: String(id), label: address }));
  }, [people, current, q]);
  return { options, search, setSearch };
}
