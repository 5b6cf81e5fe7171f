import type { StoryEvent } from '#app/domain/activity/story.ts';
import type { ActivityJson } from '#app/domain/campaigns/activity.ts';
import type { Tone } from '../status-look.ts';

const statusTones: Record<string, Tone> = { SENT: 'green', PARTIALLY_SENT: 'amber', FAILED: 'red' };
const providerTones: Record<string, Tone> = {
  ...{ delivered: 'green', deferred: 'amber', bounced: 'red', blocked: 'red', dropped: 'red', undelivered: 'red', complained: 'red' },
};

/** The colour beside an event: how a campaign ended, and what people did to it. */
export function eventTone({ kind, details }: Pick<ActivityJson, 'kind' | 'details'>): Tone {
  if (kind === 'ended' || kind === 'outcome_changed') return statusTones[details.to ?? ''] ?? 'gray';
  if (kind === 'paused' || kind === 'held' || kind === 'restored') return 'amber';
  return kind === 'cancelled' ? 'slate' : 'blue';
}

export function storyEventTone({ source, kind }: Pick<StoryEvent, 'source' | 'kind'>): Tone {
  if (source === 'provider') return providerTones[kind] ?? 'gray';
  return kind === 'cancelled' ? 'slate' : 'blue';
}
