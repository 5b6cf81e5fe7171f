import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';

/** What a person types in the editor. Empty means none. */
export interface Draft {
  name: string;
  subject: string;
  html: string;
  text: string;
  from: string;
}

export type DraftField = keyof Draft;

export function draftOf(campaign: CampaignJson): Draft {
  return {
    name: campaign.name,
    subject: campaign.subject ?? '',
    html: campaign.html ?? '',
    text: campaign.text ?? '',
    from: campaign.from ?? '',
  };
}

/** The fields that differ, for a PATCH. */
export function changesOf(saved: Draft, now: Draft): Partial<Draft> {
  const fields = Object.keys(now) as DraftField[];
  return Object.fromEntries(fields.filter((field) => saved[field] !== now[field]).map((field) => [field, now[field]]));
}
