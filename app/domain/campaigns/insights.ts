import type { CampaignSummary } from './campaign-json.ts';
import type { FailureGroup } from './failure-group.ts';

/** Attempts that ended in one minute. */
export interface MinuteJson {
  /** The minute's beginning, ISO 8601 in UTC. */
  minute: string;
  accepted: number;
  failed: number;
  /** Those that are tried again: transient and unknown outcomes. */
  transient: number;
}

export interface CampaignInsights {
  /** The counters that the rest agrees with: all of it is as it was at one moment. */
  campaign: CampaignSummary;
  reasons: FailureGroup[];
  minutes: MinuteJson[];
  /** The same second by second, for a campaign that was too short for minutes to say anything; else null. */
  seconds: MinuteJson[] | null;
  /** Messages per second that the settings allow all workers together for its channel; null: they say none. */
  rate: number | null;
  /** ms spent sending so far; null before the start. */
  sendingMs: number | null;
  /** Can its single recipients not be sent to again any more? */
  singlesClosed: boolean;
}
