import { type CampaignJson, statusLabels } from '#app/domain/campaigns/campaign.ts';

/** The browser tab's title: "96 % · Spring launch" while it runs, "Partially sent · Spring launch" after. 100 % is said only of all. */
export function tabTitle({ name, status, sent, total }: Pick<CampaignJson, 'name' | 'status' | 'sent' | 'total'>): string {
  if (status === 'SENDING') return `${percentSent(sent, total)} % · ${name}`;
  return `${statusLabels[status]} · ${name}`;
}

export function percentSent(sent: number, total: number): number {
  return total === 0 ? 0 : Math.floor((sent / total) * 100);
}
