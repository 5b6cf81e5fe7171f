import type { CampaignDoing } from '#db/ledger/campaign-transitions.ts';
import type { Channel } from '../channel.ts';
import { type ApprovalWhy, approvalJson, type StoredApproval } from './approval.ts';
import type { CampaignCounters, CampaignJson, CampaignStatus, UnknownPolicy } from './campaign.ts';
import { isPreparing } from './still-preparing.ts';

/** A campaign's row as the driver reads it. Lists leave the content (up to 2 MB a row) in the database. */
export interface CampaignRow extends CampaignCounters {
  id: number;
  name: string;
  channel: Channel;
  status: CampaignStatus;
  subject: string | null;
  html: string | null;
  text: string | null;
  sender: string | null;
  unknown_policy: UnknownPolicy;
  scheduled_at: Date | null;
  time_zone: string | null;
  started_at: Date | null;
  started_by: string | null;
  finished_at: Date | null;
  failed_at: Date | null;
  failure_code: string | null;
  failure_reason: string | null;
  retry_count: number;
  max_retries: number;
  variables: string[];
  version: number;
  revision: number;
  planned_at: Date | null;
  known_until: Date | null;
  planned_time_zone: string | null;
  sending_ms: number;
  sending_since: Date | null;
  doing: CampaignDoing;
  preparing_of: number | null;
  hold_until: Date | null;
  hold_reason: string | null;
  created_at: Date;
  created_by: string | null;
  approval: StoredApproval | null;
  approval_why: ApprovalWhy | null;
}

export type CampaignListRow = Omit<CampaignRow, 'html' | 'text'>;
export type CampaignListItem = Omit<CampaignJson, 'html' | 'text'>;
/** A campaign's answer over the live connection. */
export type CampaignSummary = CampaignListItem;

export const listColumns = [
  ...['id', 'name', 'channel', 'status', 'subject', 'sender', 'unknown_policy'],
  ...['total', 'pending', 'queued', 'sending', 'retrying', 'unknown', 'sent', 'failed', 'suppressed', 'cancelled', 'delivered', 'bounced'],
  ...['unsubscribed', 'complained'],
  ...['scheduled_at', 'time_zone', 'started_at', 'started_by', 'finished_at', 'failed_at', 'failure_code', 'failure_reason'],
  ...[
    'retry_count',
    'max_retries',
    'variables',
    'doing',
    'preparing_of',
    'hold_until',
    'hold_reason',
    'version',
    'revision',
    'planned_at',
    'known_until',
    'planned_time_zone',
    'sending_ms',
    'sending_since',
    'created_at',
    'created_by',
    'approval',
    'approval_why(total) as approval_why',
  ],
].join(', ');
export const campaignColumns = `${listColumns}, html, text`;

/** @param retryWindowS how long after `failed_at` a retry is open */
export function toCampaignListItem(
  { sender, doing, approval, approval_why, ...row }: CampaignListRow,
  retryWindowS: number,
): CampaignListItem {
  return {
    ...row,
    from: sender,
    preparing: isPreparing(doing),
    emptying: doing === 'emptying',
    scheduled_at: row.scheduled_at?.toISOString() ?? null,
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    failed_at: row.failed_at?.toISOString() ?? null,
    planned_at: row.planned_at?.toISOString() ?? null,
    known_until: row.known_until?.toISOString() ?? null,
    sending_since: row.sending_since?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    retries_left: Math.max(0, row.max_retries - row.retry_count),
    retry_until: row.failed_at ? new Date(row.failed_at.getTime() + retryWindowS * 1000).toISOString() : null,
    hold_until: row.hold_until?.toISOString() ?? null,
    approval: approvalJson(approval, approval_why, row.status === 'DRAFT' || row.status === 'SCHEDULED'),
  };
}

export function toCampaignJson({ html, text, ...row }: CampaignRow, retryWindowS: number): CampaignJson {
  return { ...toCampaignListItem(row, retryWindowS), html, text };
}
