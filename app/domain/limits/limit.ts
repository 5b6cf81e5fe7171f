import type { Channel } from '../channel.ts';

/** What slows or stops one provider. Times are ISO 8601. */
export interface LimitJson {
  channel: Channel;
  /** Messages per second for all workers together as set here; null: as the environment says; 0: stopped. */
  rate: number | null;
  /** As EMAIL_RATE or SMS_RATE says; null: no limit. */
  default_rate: number | null;
  hold: { since: string; until: string; reason: string } | null;
}

export interface WorkerJson {
  id: number;
  host: string;
  pid: number;
  started_at: string;
}
