import type { ApprovalJson } from '#app/domain/campaigns/approval.ts';
import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';

export interface ApprovalView {
  campaign: CampaignJson;
  approval: ApprovalJson;
  /** Of those it goes to, spread over the list. */
  sample: string[];
  suppressed: number;
  /** What the content check says. */
  warnings: string[];
  /** Why this person cannot decide; null: they can. */
  mayNot: string | null;
  /** Did they ask for it? Then they can take it back. */
  own: boolean;
  refused: { title: string; detail: string } | null;
}

type Version = Pick<ApprovalJson, 'hash' | 'revision'>;

/** One hash can be asked for twice, with another one between them; its revision comes only once. */
export function nameOfVersion({ hash, revision }: Version): string {
  return `${hash} ${revision}`;
}

/** Is it something else that waits by now? */
export function isAnother(seen: Version, loaded: Version): boolean {
  return nameOfVersion(seen) !== nameOfVersion(loaded);
}

/**
 * What the approver's page shows: the version that they began to look at, and what became of that one by now.
 *
 * @param seen as it was when they began to look
 * @param loaded as it is now
 */
export function shownOf(seen: ApprovalView, loaded: ApprovalView): ApprovalView {
  const { mayNot, own, refused } = loaded;
  const { status, started_at } = loaded.campaign;
  const approval = isAnother(seen.approval, loaded.approval) ? seen.approval : loaded.approval;
  return { ...seen, campaign: { ...seen.campaign, status, started_at }, approval, mayNot, own, refused };
}
