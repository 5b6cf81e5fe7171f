import type { AlertPayload } from './alert.ts';

/** What "Send a test" posts: a made-up campaign with every field that a real alert has. `now` in ms since 1970. */
export function samplePayload(now: number): AlertPayload {
  const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const reason =
    '188 of 5000 recipients could not be reached. The reasons are listed below; a retry sends to those whose failure may pass.';
  return {
    type: 'webhook.test',
    timestamp: minutesAgo(0),
    data: {
      campaign: {
        id: 1,
        name: 'Example campaign',
        channel: 'email',
        status: 'PARTIALLY_SENT',
        subject: 'Hello {{ first_name }}',
        from: 'Example <news@example.com>',
        unknown_policy: 'resend',
        total: 5_000,
        pending: 0,
        queued: 0,
        sending: 0,
        retrying: 0,
        unknown: 0,
        sent: 4_812,
        failed: 188,
        suppressed: 0,
        cancelled: 0,
        delivered: 4_790,
        bounced: 14,
        scheduled_at: null,
        time_zone: null,
        started_at: minutesAgo(5),
        started_by: 'Example person',
        finished_at: minutesAgo(0),
        failed_at: minutesAgo(0),
        failure_code: 'recipients_failed',
        failure_reason: reason,
        retry_count: 0,
        max_retries: 3,
        retries_left: 3,
        retry_until: minutesAgo(-24 * 60),
        hold_until: null,
        hold_reason: null,
        preparing: false,
        emptying: false,
        preparing_of: null,
        variables: ['first_name'],
        version: 42,
        revision: 6,
        planned_at: null,
        known_until: null,
        planned_time_zone: null,
        sending_ms: 180_000,
        sending_since: null,
        created_at: minutesAgo(60),
        created_by: 'Example person',
      },
    },
  };
}
