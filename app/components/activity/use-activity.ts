import { useEffect, useRef, useState } from 'react';
import type { ActivityJson } from '#app/domain/campaigns/activity.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import { loadJson } from '../load-json.ts';

export interface ActivityPage {
  data: ActivityJson[];
  next_cursor: string | null;
}

/** Events that came since the last look, at most; a campaign has a few dozen in its whole life. */
const NEWEST = 50;

/** The campaign's events, newest first: looked for again when the campaign has changed its state, older ones when asked for. */
export function useActivity(loaded: ActivityPage, campaign: Pick<CampaignJson, 'id' | 'status' | 'retry_count'>) {
  const [events, setEvents] = useState(loaded.data);
  const [cursor, setCursor] = useState(loaded.next_cursor);
  const [loading, setLoading] = useState(false);
  const url = `/api/v1/campaigns/${campaign.id}/activity?order=newest`;
  const state = `${campaign.status} ${campaign.retry_count}`;
  const seen = useRef(state);

  useEffect(() => {
    if (seen.current === state) return;
    seen.current = state;
    void loadJson<ActivityPage>(`${url}&limit=${NEWEST}`).then((fresh) => {
      if (fresh) setEvents((shown) => withNewer(shown, fresh.data));
    });
  }, [state, url]);
  useEffect(() => setEvents((shown) => withNewer(shown, loaded.data)), [loaded]);

  const showOlder = async () => {
    setLoading(true);
    const older = await loadJson<ActivityPage>(`${url}&cursor=${cursor}`);
    setLoading(false);
    if (!older) return;
    setEvents((shown) => [...shown, ...older.data]);
    setCursor(older.next_cursor);
  };
  return { events, hasMore: cursor !== null, loading, showOlder };
}

function withNewer(shown: ActivityJson[], fresh: ActivityJson[]): ActivityJson[] {
  const newest = shown[0]?.id ?? 0;
  return [...fresh.filter(({ id }) => id > newest), ...shown];
}
