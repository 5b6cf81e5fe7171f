import type { ApprovalJson } from '../campaigns/approval.ts';
import type { CampaignStatus } from '../campaigns/campaign.ts';
import type { CampaignListItem } from '../campaigns/campaign-json.ts';

/** What endpoints can ask to be told of. */
export const alertEvents = [
  ...(['campaign.failed', 'campaign.partially_sent', 'campaign.retries_exhausted', 'provider.degraded'] as const),
  ...(['campaign.approval_requested', 'campaign.approved', 'campaign.declined'] as const),
] as const;
export type AlertEvent = (typeof alertEvents)[number];

/** What Rollcall itself tells of its webhooks; shown in the product, to administrators only. */
export type InternalAlert = 'webhook.gave_up' | 'webhook.disabled';
/** What concerns everybody, and no endpoint can ask for. */
export type AlertType =
  | AlertEvent
  | InternalAlert
  | 'campaign.sent'
  | 'campaign.approval_withdrawn'
  | 'campaign.no_approver'
  | 'database.restored'
  | 'key.ending'
  | 'approval.loosened';

export const eventTexts: Record<AlertEvent, { label: string; description: string }> = {
  'campaign.failed': { label: 'Campaign failed', description: 'A send or a retry ended and no message is known to have gone out.' },
  'campaign.partially_sent': { label: 'Campaign partially sent', description: 'A send or a retry ended and some people were not reached.' },
  'campaign.retries_exhausted': {
    label: 'No retries left',
    description: 'The last retry ended and people are still not reached. Told whatever the number of failures in a row.',
  },
  'provider.degraded': {
    label: 'Provider in trouble',
    description: 'Sending through a provider is held back because it keeps failing, or carriers want the sender to be registered.',
  },
  'campaign.approval_requested': { label: 'Approval asked for', description: 'A campaign waits until somebody else has approved it.' },
  'campaign.approved': { label: 'Campaign approved', description: 'Somebody else has approved a campaign as it is.' },
  'campaign.declined': { label: 'Campaign declined', description: 'Somebody declined to approve a campaign.' },
};

/** A provider whose sending is held back. Times are ISO 8601 in UTC. */
export interface DegradedProvider {
  provider: string;
  channel: 'email' | 'sms';
  /** A sentence for people. */
  reason: string;
  /** When sending is tried again; null where nobody knows. */
  until: string | null;
}

/** The body of a webhook, as Standard Webhooks has it. Content (html, text) is not part of the campaign here. */
export interface AlertPayload {
  type: AlertEvent | 'webhook.test';
  timestamp: string;
  data: { campaign: CampaignListItem | null; provider?: DegradedProvider };
}

/** A notification in the product; texts are made from it by `notificationText`. */
export interface NotificationJson {
  id: number;
  type: AlertType;
  at: string;
  read: boolean;
  campaign: { id: number; name: string; status: CampaignStatus; unreached: number; people: number } | null;
  provider: DegradedProvider | null;
  endpoint: { id: number; host: string; reason: string } | null;
  /** An API key whose time is nearly over. */
  key?: { id: number; name: string; expires_at: string };
  /** Of an approval, as it was then. */
  approval: Pick<ApprovalJson, 'people' | 'asked_by' | 'approved_by' | 'declined_by' | 'note' | 'withdrawn_why' | 'send'> | null;
  /** What it told of is over: a retry reached everybody since, or the provider takes messages again. */
  settled: boolean;
}

/** Whom an alert in the product is for. */
export type Audience = 'everybody' | 'administrators' | 'approvers' | 'asker';

export function audienceOf(type: AlertType): Audience {
  if (type.startsWith('webhook.') || type.startsWith('key.') || type === 'campaign.no_approver' || type === 'approval.loosened') {
    return 'administrators';
  }
  if (type === 'campaign.approval_requested') return 'approvers';
  return ['campaign.approved', 'campaign.declined', 'campaign.approval_withdrawn'].includes(type) ? 'asker' : 'everybody';
}
