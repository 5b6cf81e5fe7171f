import type { StoryEvent } from '#app/domain/activity/story.ts';
import { storyEventTone } from '../activity/event-tone.ts';
import { ClockTime } from '../relative-time.tsx';
import classes from './recipient-story.module.css';

/** What a person did about this recipient, or what the provider told after it had taken the message. */
export function EventEntry({ event }: { event: StoryEvent }) {
  const { at, text, code, reason } = event;
  return (
    <li className={classes.entry} data-tone={storyEventTone(event)}>
      <p className={`${classes.what} name`} dir="auto">
        {text}
      </p>
      {reason && <p className={classes.why}>{code ? `${reason} (${code})` : reason}</p>}
      <p className={classes.when}>
        <ClockTime at={at} />
      </p>
    </li>
  );
}
