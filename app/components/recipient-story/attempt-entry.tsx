import type { Channel } from '#app/domain/channel.ts';
import { countdownText, tookText } from '#app/domain/durations.ts';
import type { AttemptJson } from '#app/domain/recipients/recipient.ts';
import { providerNames } from '../channel-words.ts';
import { ClockTime } from '../relative-time.tsx';
import { attemptName, attemptTitle, attemptTone, firstSentence } from './attempt-words.ts';
import classes from './recipient-story.module.css';

/** One attempt in plain words; the provider's raw answer is one click away. */
export function AttemptEntry({ attempt, channel }: { attempt: AttemptJson; channel: Channel }) {
  const { started_at, finished_at, outcome, reason, http_status, provider_code, provider_message_id, retry_after_s, actor } = attempt;
  const raw: [string, string][] = [
    ['HTTP status', http_status === null ? 'none' : String(http_status)],
    ...(provider_code ? [['Code', provider_code] as [string, string]] : []),
    ...(retry_after_s === null ? [] : [['Asked to wait', countdownText(retry_after_s * 1000)] as [string, string]]),
    ...(provider_message_id ? [['Message id', provider_message_id] as [string, string]] : []),
    ['Attempt id', String(attempt.id)],
  ];
  return (
    <li className={classes.entry} data-tone={attemptTone(attempt)}>
      <p className={classes.what}>{attemptTitle(attempt, providerNames[channel])}</p>
      {outcome !== 'accepted' && reason && <p className={classes.why}>{firstSentence(reason)}</p>}
      <p className={classes.when}>
        {attemptName(attempt)} · <ClockTime at={started_at} /> · {tookText(Date.parse(finished_at) - Date.parse(started_at))}
        {actor && (
          <>
            {' · asked for by '}
            <span className="name" dir="auto">
              {actor}
            </span>
          </>
        )}
      </p>
      <details className={classes.raw}>
        <summary>Provider’s answer</summary>
        <dl>
          {raw.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}
