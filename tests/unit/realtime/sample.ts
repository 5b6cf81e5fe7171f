import type { CampaignJson } from '#app/domain/campaigns/campaign.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';

/** A campaign of 100 that is being sent, for tests of pure rules. */
export function sampleCampaign(change: Partial<CampaignJson> = {}): CampaignJson {
  return {
    id: 7,
    name: 'Spring launch',
    channel: 'email',
    status: 'SENDING',
    total: 100,
    pending: 100,
    queued: 0,
    sending: 0,
    retrying: 0,
    unknown: 0,
    sent: 0,
    failed: 0,
    suppressed: 0,
    cancelled: 0,
    delivered: 0,
    bounced: 0,
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: null,
    from: null,
    unknown_policy: 'resend',
    scheduled_at: null,
    time_zone: null,
    started_at: '2026-03-01T12:00:00.000Z',
    started_by: 'Ana',
    finished_at: null,
    failed_at: null,
    failure_code: null,
    failure_reason: null,
    retry_count: 0,
    max_retries: 3,
    retries_left: 3,
    retry_until: null,
    hold_until: null,
    hold_reason: null,
    preparing: false,
    variables: [],
    version: 1,
    created_at: '2026-03-01T11:00:00.000Z',
    created_by: 'Ana',
    ...change,
  };
}

export function sampleRecipient(change: Partial<RecipientJson> = {}): RecipientJson {
  return {
    id: 1,
    address: 'ada@example.com',
    status: 'queued',
    attempts: 0,
    round: 0,
    next_attempt_at: null,
    unknown_until: null,
    sent_at: null,
    failed_at: null,
    failure_code: null,
    failure_reason: null,
    provider_message_id: null,
    delivery: null,
    variables: {},
    ...change,
  };
}
