import type { SendResult } from '#app/providers/provider.ts';

/** What the provider said to a test message. */
export interface TestResult {
  outcome: SendResult['outcome'];
  http_status: number | null;
  provider_code: string | null;
  reason: string | null;
  provider_message_id: string | null;
}
