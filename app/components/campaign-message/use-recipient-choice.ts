import { useEffect, useMemo, useState } from 'react';

const TYPING_PAUSE_MS = 200;
const OFFERED = 12;

interface Person {
  id: number;
  address: string;
}

/** People to preview for: the first of the list, or those whose address begins with what was typed. The list itself stays on the server. */
export function useRecipientChoice(campaignId: number, current: Person | null, contacts: number) {
  const [search, setSearch] = useState('');
  const [people, setPeople] = useState<Person[]>([]);
  // A chosen option writes its whole label into the field; that is no search.
  const q = search === current?.address ? '' : search.trim();

  // biome-ignore lint/correctness/useExhaustiveDependencies: an import brings other people
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const query = new URLSearchParams({ limit: String(OFFERED), ...(q && { q }) });
        const answer = await fetch(`/api/v1/campaigns/${campaignId}/recipients?${query}`, { signal: abort.signal });
        if (answer.ok) setPeople(((await answer.json()) as { data: Person[] }).data);
      } catch {
        // Aborted by the next key, or offline: the last offer stays.
      }
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [campaignId, q, contacts]);

  const options = useMemo(() => {
    const all = current && !q && !people.some((person) => person.id === current.id) ? [current, ...people] : people;
    return all.map(({ id, address }) => ({ value: String(id), label: address }));
  }, [people, current, q]);
  return { options, search, setSearch };
}
