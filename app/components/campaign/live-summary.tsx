import { type CampaignJson, hasEnded } from '#app/domain/campaigns/campaign.ts';
import type { Pace } from '#app/domain/campaigns/pace.ts';
import { estimateText, tookText } from '#app/domain/durations.ts';
import { useNumbers } from '../number.tsx';
import { ClockTime, RelativeTime } from '../relative-time.tsx';
import { channelWords } from './channel-words.ts';
import classes from './live-summary.module.css';

const A_DAY_MS = 86_400_000;

/** "Email · started 14:02 by Ana · 1,240 a second · about 2 min left", and after the end how long it took. */
export function LiveSummary({ campaign, pace, now }: { campaign: CampaignJson; pace: Pace | null; now: string }) {
  const { channel, started_at, started_by, finished_at, status } = campaign;
  const isToday = started_at !== null && Date.parse(now) - Date.parse(started_at) < A_DAY_MS;
  return (
    <ul className={classes.parts}>
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
      {status === 'SENDING' && <PaceParts pace={pace} onlyRetries={campaign.pending + campaign.queued + campaign.sending === 0} />}
      {hasEnded(status) && started_at && finished_at && (
        <li>
          {status === 'CANCELLED' ? 'cancelled' : 'ended'} <RelativeTime at={finished_at} /> after{' '}
          {tookText(campaign.sending_ms || Date.parse(finished_at) - Date.parse(started_at))} of sending
        </li>
      )}
    </ul>
  );
}

function PaceParts({ pace, onlyRetries }: { pace: Pace | null; onlyRetries: boolean }) {
  const { count } = useNumbers();
  if (!pace) return null;
  const { perSecond, secondsLeft } = pace;
  if (perSecond < 1 && onlyRetries) return <li>only retries are left</li>;
  return (
    <>
      <li className="numeric">{perSecond >= 1 || perSecond === 0 ? count(Math.round(perSecond)) : 'less than 1'} a second</li>
      {secondsLeft !== null && secondsLeft > 0 && <li className="numeric">{estimateText(secondsLeft)} left</li>}
    </>
  );
}
