import type { Channel } from '../channel.ts';
import type { ApprovalJson } from './approval.ts';

/** The campaign as the API, the pages and the live events show it. Names are fixed by the REST API. */

export const campaignStatuses = ['DRAFT', 'SCHEDULED', 'SENDING', 'PAUSED', 'SENT', 'PARTIALLY_SENT', 'FAILED', 'CANCELLED'] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

export const unknownPolicies = ['resend', 'hold'] as const;
export type UnknownPolicy = (typeof unknownPolicies)[number];

/** How many recipients are in each state; they always add up to `total`. */
export interface CampaignCounters {
  total: number;
  pending: number;
  queued: number;
  sending: number;
  retrying: number;
  unknown: number;
  sent: number;
  failed: number;
  suppressed: number;
  cancelled: number;
  /** From provider events, beside the status. */
  delivered: number;
  bounced: number;
  /** Asked by a message of this campaign not to get any more, by its link, the provider or STOP. */
  unsubscribed: number;
  complained: number;
}

/** Times are ISO 8601 in UTC. */
export interface CampaignJson extends CampaignCounters {
  id: number;
  name: string;
  channel: Channel;
  status: CampaignStatus;
  subject: string | null;
  html: string | null;
  text: string | null;
  from: string | null;
  unknown_policy: UnknownPolicy;
  scheduled_at: string | null;
  time_zone: string | null;
  started_at: string | null;
  started_by: string | null;
  finished_at: string | null;
  failed_at: string | null;
  failure_code: string | null;
  failure_reason: string | null;
  /** Manual rounds used, of `max_retries`. Automatic retries are another number: three a round. */
  retry_count: number;
  max_retries: number;
  retries_left: number;
  retry_until: string | null;
  hold_until: string | null;
  hold_reason: string | null;
  /** A task is copying the list, or emptying it; until it is done, nothing else may touch it. */
  preparing: boolean;
  emptying: boolean;
  /** How many people that task is about; null without one. */
  preparing_of: number | null;
  /** Columns of the contact file, in the order in which they were first seen. */
  variables: string[];
  version: number;
  /** Grows with each change of a draft's content, settings or list; what somebody reviewed is named by it. Also the `ETag`. */
  revision: number;
  /** The time that was chosen before it was unscheduled, for the next schedule; null once it is scheduled or sent. */
  planned_at: string | null;
  planned_time_zone: string | null;
  /** What it did after this time is not known here, since the database was put back from a backup; null otherwise. */
  known_until: string | null;
  /** How long it was sending, in ms: finished stretches, without pauses and without the time between an end and a retry. */
  sending_ms: number;
  /** Since when it is sending; null while it is not. */
  sending_since: string | null;
  created_at: string;
  created_by: string | null;
  /** Of somebody else; null where none is needed and none was asked for. */
  approval: ApprovalJson | null;
}

/** What `campaign:progress` carries. */
export interface CampaignProgress extends CampaignCounters {
  id: number;
  status: CampaignStatus;
  version: number;
  revision: number;
  /** The version of the `campaign:progress` that this room got before. */
  since: number;
  server_time: string;
  hold_until: string | null;
  hold_reason: string | null;
}

export const statusLabels: Record<CampaignStatus, string> = {
  DRAFT: 'Draft',
  SCHEDULED: 'Scheduled',
  SENDING: 'Sending',
  PAUSED: 'Paused',
  SENT: 'Sent',
  PARTIALLY_SENT: 'Partially sent',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};

/** Has the campaign come to an end (which a retry may reopen)? */
export function hasEnded(status: CampaignStatus): boolean {
  return status === 'SENT' || status === 'PARTIALLY_SENT' || status === 'FAILED' || status === 'CANCELLED';
}
