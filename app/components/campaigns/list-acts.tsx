import { notifications } from '@mantine/notifications';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';

/** What became of acts on rows of the list: those that worked, and for the others why not. */
export interface ListAnswer {
  done: string;
  worked: number;
  refused: { name: string; why: string }[];
}

/** Deletes drafts as the list shows them: one that somebody changed or sent meanwhile stays. */
export async function deleteDrafts(drafts: readonly Pick<CampaignJson, 'id' | 'name' | 'revision'>[]): Promise<ListAnswer> {
  const answer: ListAnswer = { done: 'deleted', worked: 0, refused: [] };
  for (const { id, name, revision } of drafts) {
    const why = await call(`/api/v1/campaigns/${id}`, { method: 'DELETE', headers: { 'If-Match': `"${revision}"` } });
    if (why === null) answer.worked++;
    else answer.refused.push({ name, why });
  }
  return answer;
}

export async function cancelFromList({ id, name }: Pick<CampaignJson, 'id' | 'name'>): Promise<ListAnswer> {
  const why = await call(`/api/v1/campaigns/${id}/cancel`, { method: 'POST' });
  return { done: 'cancelled', worked: why === null ? 1 : 0, refused: why === null ? [] : [{ name, why }] };
}

/** Says what did not work; what worked shows in the list. */
export function tell({ done, refused }: ListAnswer): void {
  for (const { name, why } of refused.slice(0, 3)) {
    notifications.show({ color: 'red', title: `“${name}” was not ${done}`, message: why, autoClose: 15_000 });
  }
  if (refused.length > 3) {
    notifications.show({ color: 'red', title: `${refused.length - 3} more were not ${done}`, message: 'Look at them in the list.' });
  }
}

/** @returns null where it worked, else why not */
async function call(url: string, init: RequestInit): Promise<string | null> {
  try {
    const response = await fetch(url, init);
    // Gone is what was wanted.
    if (response.ok || (init.method === 'DELETE' && response.status === 404)) return null;
    const problem = (await response.json().catch(() => null)) as { detail?: string } | null;
    return problem?.detail ?? 'The server did not take it. Try again in a moment.';
  } catch {
    return 'The server could not be reached. Check your connection and try again.';
  }
}
