import { type CampaignJson, statusLabels } from '#app/domain/campaigns/campaign.ts';

/**
 * The browser tab's title: "96.1% · Spring launch · Rollcall" while it runs, "Partially sent · Spring launch · Rollcall" after.
 *
 * @param percent writes a share as the page does, so that both say the same
 */
export function tabTitle(
  { name, status, sent, total }: Pick<CampaignJson, 'name' | 'status' | 'sent' | 'total'>,
  percent: (share: number) => string,
): string {
  const doing = status === 'SENDING' ? percent(total === 0 ? 0 : sent / total) : statusLabels[status];
  return `${doing} · ${name} · Rollcall`;
}
