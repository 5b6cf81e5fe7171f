import { useEffect, useRef, useState } from 'react';
import type { WholeStory } from '#app/domain/activity/story.ts';
import { useRecipientChanges } from '#app/realtime/use-recipient-changes.ts';
import { loadJson } from '../load-json.ts';

/**
 * A recipient's story, as it is now: read again when the recipient changed, and when the page was read again, since the change that
 * followed an act may have overtaken that reading. Of several readings under way the last one counts.
 *
 * @param joins of `useLiveCampaign`
 */
export function useStory<T extends WholeStory>(loaded: T, campaignId: number, joins: number): WholeStory {
  const { id } = loaded.recipient;
  const [later, setLater] = useState<WholeStory | null>(null);
  const readings = useRef(0);
  const known = useRef(loaded);
  const read = async () => {
    const reading = ++readings.current;
    const story = await loadJson<WholeStory>(`/api/v1/campaigns/${campaignId}/recipients/${id}`);
    if (story && reading === readings.current) setLater(story);
  };
  const latest = useRef(read);
  latest.current = read;
  useRecipientChanges(campaignId, id, joins, () => void read());
  useEffect(() => {
    if (known.current === loaded) return;
    known.current = loaded;
    void latest.current();
  }, [loaded]);
  return later?.recipient.id === id ? later : loaded;
}
