import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { inOrder, type StoryEvent } from '#app/domain/activity/story.ts';
import type { Channel } from '#app/domain/campaigns/campaign.ts';
import type { AttemptJson, RecipientJson } from '#app/domain/recipients/recipient.ts';
import { recipientWords } from '#app/domain/recipients/recipient-words.ts';
import { Countdown } from '../campaign/countdown.tsx';
import { AttemptEntry } from './attempt-entry.tsx';
import { EventEntry } from './event-entry.tsx';
import classes from './recipient-story.module.css';
import { StateCard } from './state-card.tsx';

interface Props {
  recipient: RecipientJson;
  /** Oldest first, as the log has them. */
  attempts: AttemptJson[];
  /** Oldest first: what people did, and what the provider told later. */
  events: StoryEvent[];
  channel: Channel;
  /** What can be done about it, after where it stands. */
  actions?: ReactNode;
}

/** What became of one recipient: where it stands and what to do, then every attempt and event, newest first. */
export function RecipientStory({ recipient, attempts, events, channel, actions }: Props) {
  const { text, due, over } = recipientWords(recipient);
  const story = [
    ...attempts.map((attempt) => ({
      at: attempt.finished_at,
      entry: <AttemptEntry key={attempt.id} attempt={attempt} channel={channel} />,
    })),
    // biome-ignore lint/suspicious/noArrayIndexKey: the past only grows at its end
    ...events.map((event, i) => ({ at: event.at, entry: <EventEntry key={`event ${i}`} event={event} /> })),
  ];
  const underWay = recipient.status === 'sending' || due !== null;
  return (
    <>
      <StateCard recipient={recipient} channel={channel} />
      {actions}
      <section aria-labelledby="story">
        <Title order={3} id="story" className={classes.heading}>
          What happened
        </Title>
        <ol className={classes.story} reversed>
          {underWay && (
            <li
              className={classes.entry}
              data-tone={recipient.status === 'sending' ? 'blue' : recipient.status === 'unknown' ? 'violet' : 'amber'}
              data-next
            >
              <p className={classes.what}>
                {text}
                {due && (
                  <>
                    {' '}
                    <Countdown at={due} over={over} />
                  </>
                )}
              </p>
            </li>
          )}
          {inOrder(story, ({ at }) => at)
            .toReversed()
            .map(({ entry }) => entry)}
          {attempts.length === 0 && !underWay && <li className={classes.none}>Nothing was tried yet.</li>}
        </ol>
      </section>
    </>
  );
}
