import type { CampaignJson, CampaignProgress } from '../domain/campaigns/campaign.ts';
import type { CampaignSummary } from '../domain/campaigns/campaign-json.ts';

/** One campaign as a client knows it. Pure: the hook feeds it with what the socket brings. */
export interface LiveCampaign {
  campaign: CampaignJson;
  /** Is something missing that only a new snapshot can tell? */
  stale: boolean;
}

export function liveCampaign(campaign: CampaignJson): LiveCampaign {
  return { campaign, stale: false };
}

/**
 * A snapshot (the answer to a join, or a loader's data) replaces what is older. An older one only says that the question
 * was answered: progress that overtook it stays.
 */
export function applySnapshot(state: LiveCampaign, snapshot: CampaignJson | CampaignSummary): LiveCampaign {
  if (snapshot.id !== state.campaign.id) return 'html' in snapshot ? liveCampaign(snapshot) : state;
  if (snapshot.version < state.campaign.version) return { ...state, stale: false };
  // The live connection leaves the content out.
  return liveCampaign({ ...state.campaign, ...snapshot });
}

/**
 * Progress carries all counters, so a newer one is always right about them. It is not enough when an event before it was missed
 * (`since` above what was seen), or when the status changed: times and reasons come with the snapshot only.
 */
export function applyProgress(state: LiveCampaign, progress: CampaignProgress): LiveCampaign {
  const { campaign } = state;
  if (progress.id !== campaign.id || progress.version <= campaign.version) return state;
  const { since, server_time: _, ...counters } = progress;
  return {
    campaign: { ...campaign, ...counters },
    stale: state.stale || since > campaign.version || progress.status !== campaign.status,
  };
}

/**
 * The list of campaigns. Rows that the list does not show are ignored; a gap in one row's events does no harm, since each event is
 * whole, but a changed status brings times with it that only a reload knows: `stale` says so.
 */
export function applyProgressToList(
  list: readonly CampaignJson[],
  progress: CampaignProgress,
): { list: readonly CampaignJson[]; stale: boolean } {
  const at = list.findIndex((campaign) => campaign.id === progress.id);
  const known = list[at];
  if (!known) return { list, stale: false };
  const next = applyProgress(liveCampaign(known), progress);
  if (next.campaign === known) return { list, stale: false };
  return { list: list.with(at, next.campaign), stale: progress.status !== known.status };
}
