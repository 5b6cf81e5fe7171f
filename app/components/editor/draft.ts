import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';

/** What a person types or chooses in the editor, as text. Empty means none. */
export interface Draft {
  name: string;
  subject: string;
  html: string;
  text: string;
  from: string;
  unknown_policy: string;
  max_retries: string;
}

export type DraftField = keyof Draft;

export function draftOf(campaign: CampaignJson): Draft {
  return {
    name: campaign.name,
    subject: campaign.subject ?? '',
    html: campaign.html ?? '',
    text: campaign.text ?? '',
    from: campaign.from ?? '',
    unknown_policy: campaign.unknown_policy,
    max_retries: String(campaign.max_retries),
  };
}

/** The fields that differ. */
export function changesOf(saved: Draft, now: Draft): Partial<Draft> {
  const fields = Object.keys(now) as DraftField[];
  return Object.fromEntries(fields.filter((field) => saved[field] !== now[field]).map((field) => [field, now[field]]));
}

/** The same for a PATCH, which wants numbers as numbers. */
export function patchOf({ max_retries, ...texts }: Partial<Draft>): object {
  return { ...texts, ...(max_retries !== undefined && { max_retries: Number(max_retries) }) };
}
