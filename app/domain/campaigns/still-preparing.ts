import type { CampaignDoing } from '#db/ledger/campaign-transitions.ts';
import { Problem } from '../problem.ts';

/** A task is copying a campaign's list, or emptying it: until it is done, nothing else may touch it. */
export const isPreparing = (doing: CampaignDoing): boolean => doing === 'copying' || doing === 'emptying';

/** @param then what to do when the list is ready, as in "Send when that is done." @throws Problem 409 while it is not */
export function refuseWhilePreparing({ doing }: { doing: CampaignDoing }, then: string): void {
  if (!isPreparing(doing)) return;
  throw new Problem(409, 'preparing', `The recipients are still being ${doing === 'emptying' ? 'removed' : 'copied'}. ${then}`);
}
