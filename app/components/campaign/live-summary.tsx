import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import type { Pace } from '#app/domain/campaigns/pace.ts';
import { estimateText, lastedText } from '#app/domain/durations.ts';
import { channelWords } from '../channel-words.ts';
import { useNumbers } from '../number.tsx';
import { ClockTime, RelativeTime } from '../relative-time.tsx';
import classes from './live-summary.module.css';

const A_DAY_MS = 86_400_000;

interface Props {
  campaign: CampaignJson;
  /** Time spent sending, ms. */
  sendingMs: number | null;
  pace: Pace | null;
  now: string;
}

/** "Email · started 14:02 by Ana · 1,240 a second · about 2 min left", and after the end how long the sending took. */
export function LiveSummary({ campaign, sendingMs, pace, now }: Props) {
  const { channel, started_at, started_by, finished_at, status } = campaign;
  const isToday = started_at !== null && Date.parse(now) - Date.parse(started_at) < A_DAY_MS;
  return (
    <ul className={classes.parts} translate="no">
      <li>{channelWords[channel]}</li>
      {started_at && (
        <li>
          started {isToday ? <ClockTime at={started_at} /> : <RelativeTime at={started_at} />}
          {started_by && (
            <>
              {' by '}
              <span className="name" dir="auto">
                {started_by}
              </span>
            </>
          )}
        </li>
      )}
      {status === 'SENDING' && campaign.retry_count > 0 && (
        <li>
          retry round {campaign.retry_count} of {campaign.max_retries} is running
        </li>
      )}
      {status === 'SENDING' && <PaceParts pace={pace} campaign={campaign} />}
      {hasEnded(status) && started_at && finished_at && (
        <li>
          {status === 'CANCELLED' ? 'cancelled' : 'ended'} <RelativeTime at={finished_at} />
          {sendingMs !== null && ` after ${lastedText(sendingMs)} of sending`}
        </li>
      )}
    </ul>
  );
}

function PaceParts({ pace, campaign }: { pace: Pace | null; campaign: CampaignJson }) {
  const { count } = useNumbers();
  if (!pace) return null;
  const { perSecond, secondsLeft } = pace;
  const { pending, queued, sending, retrying, unknown } = campaign;
  if (perSecond < 1 && pending + queued + sending === 0 && retrying + unknown > 0) {
    if (unknown === 0) return <li>only retries are left</li>;
    return <li>{retrying === 0 ? 'only unknown outcomes are left' : 'only retries and unknown outcomes are left'}</li>;
  }
  return (
    <>
      <li className="numeric">{perSecond >= 1 || perSecond === 0 ? count(Math.round(perSecond)) : 'less than 1'} a second</li>
      {secondsLeft !== null && secondsLeft > 0 && <li className="numeric">{estimateText(secondsLeft)} left</li>}
    </>
  );
}
