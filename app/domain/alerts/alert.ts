import type { CampaignStatus } from '../campaigns/campaign.ts';
import type { CampaignListItem } from '../campaigns/campaign-json.ts';

/** What endpoints can ask to be told of. */
export const alertEvents = ['campaign.failed', 'campaign.partially_sent', 'campaign.retries_exhausted', 'provider.degraded'] as const;
export type AlertEvent = (typeof alertEvents)[number];

/** What Rollcall itself tells of its webhooks; shown in the product, to administrators only. */
export type InternalAlert = 'webhook.gave_up' | 'webhook.disabled';
/** What concerns everybody, and no endpoint can ask for. */
export type AlertType = AlertEvent | InternalAlert | 'campaign.sent' | 'database.restored' | 'key.ending';

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
  /** What it told of is over: a retry reached everybody since, or the provider takes messages again. */
  settled: boolean;
}

/** Is this alert about the settings, and so for those who may change them? */
export function isForAdministrators(type: AlertType): boolean {
  return type.startsWith('webhook.') || type.startsWith('key.');
}
