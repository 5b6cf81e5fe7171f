import { type CampaignJson, statusLabels } from '#app/domain/campaigns/campaign.ts';

/**
 * The browser tab's title: "96.1% · Spring launch" while it runs, "Partially sent · Spring launch" after.
 *
 * @param percent writes a share as the page does, so that both say the same
 */
export function tabTitle(
  { name, status, sent, total }: Pick<CampaignJson, 'name' | 'status' | 'sent' | 'total'>,
  percent: (share: number) => string,
): string {
  if (status === 'SENDING') return `${percent(total === 0 ? 0 : sent / total)} · ${name}`;
  return `${statusLabels[status]} · ${name}`;
}
