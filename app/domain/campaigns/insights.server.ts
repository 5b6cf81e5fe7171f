import type { Database } from '#db/database.ts';
import type { ActivityKind } from '../activity/activity.ts';
import { type FailureGroup, failureGroups } from './failure-groups.server.ts';
import { type MinuteJson, minutes, seconds } from './minutes.server.ts';
import { sendingEvents, sendingTime } from './sending-time.ts';

export interface CampaignInsights {
  reasons: FailureGroup[];
  minutes: MinuteJson[];
  /** The same second by second, for a campaign that was too short for minutes to say anything; else null. */
  seconds: MinuteJson[] | null;
  /** Messages per second that the settings allow all workers together for its channel; null: they say none. */
  rate: number | null;
  /** ms spent sending so far; null before the start. */
  sendingMs: number | null;
}

/** What the page of a campaign shows beside its counters: a few rows, whatever the size of the campaign. */
export async function readInsights(db: Database, campaignId: number): Promise<CampaignInsights> {
  const [reasons, perMinute, events, gate] = await Promise.all([
    failureGroups(db, campaignId),
    minutes(db, campaignId),
    db.pool.query<{ kind: ActivityKind; at: Date }>(
      'select kind, at from campaign_events where campaign_id = $1 and kind = any($2) order by id desc limit 500',
      [campaignId, sendingEvents],
    ),
    db.pool.query<{ rate: number | null }>(
      'select g.rate from campaigns c join provider_gates g on g.channel = c.channel where c.id = $1',
      [campaignId],
    ),
  ]);
  const perSecond = isShort(perMinute) ? await seconds(db, campaignId) : null;
  return {
    reasons,
    minutes: perMinute,
    seconds: perSecond,
    rate: gate.rows[0]?.rate ?? null,
    sendingMs: sendingTime(events.rows.reverse(), Date.now()),
  };
}

const SHORT_MS = 4 * 60_000;
/** Seconds are counted from the attempts themselves, so only a few thousand of them. */
const MOST_ATTEMPTS = 10_000;

function isShort(perMinute: readonly MinuteJson[]): boolean {
  const [first, last] = [perMinute[0], perMinute.at(-1)];
  if (!first || !last || Date.parse(last.minute) - Date.parse(first.minute) > SHORT_MS) return false;
  return perMinute.reduce((sum, { accepted, failed, transient }) => sum + accepted + failed + transient, 0) <= MOST_ATTEMPTS;
}
