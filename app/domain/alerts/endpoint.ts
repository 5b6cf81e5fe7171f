import type { AlertEvent, AlertPayload } from './alert.ts';

/** An endpoint as API and pages show it; never its secret. Times are ISO 8601 in UTC. */
export interface EndpointJson {
  id: number;
  url: string;
  events: AlertEvent[];
  failure_threshold: number;
  min_unreached: number;
  /** Since when every delivery has failed. */
  failing_since: string | null;
  disabled_at: string | null;
  disabled_reason: string | null;
  created_at: string;
  created_by: string | null;
}

export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

/** One try: `status` is the HTTP status or null without an answer, `response` the answer's first 1,000 characters. */
export interface DeliveryAttemptJson {
  at: string;
  latency_ms: number;
  status: number | null;
  response: string | null;
  /** Why it did not count as delivered, in words. */
  error: string | null;
  /** Who pressed "Send again" or "Send a test". */
  actor: string | null;
}

export interface DeliveryJson {
  id: number;
  type: AlertPayload['type'];
  campaign_id: number | null;
  /** The header webhook-id, the same for every try. */
  message_id: string;
  status: DeliveryStatus;
  created_at: string;
  next_attempt_at: string | null;
  payload: AlertPayload;
  /** Oldest first. */
  attempts: DeliveryAttemptJson[];
}
