import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { inOrder, type StoryEvent } from '#app/domain/activity/story.ts';
import type { Channel } from '#app/domain/channel.ts';
import type { SuppressedAddress } from '#app/domain/people/person.ts';
import type { AttemptJson, RecipientJson } from '#app/domain/recipients/recipient.ts';
import { recipientWords } from '#app/domain/recipients/recipient-words.ts';
import { Countdown } from '../countdown.tsx';
import { NeverSend } from '../people/never-send.tsx';
import { AttemptEntry } from './attempt-entry.tsx';
import { EventEntry } from './event-entry.tsx';
import { NeverSentTo } from './never-sent-to.tsx';
import classes from './recipient-story.module.css';
import { StateCard } from './state-card.tsx';

interface Props {
  recipient: RecipientJson;
  /** Oldest first, as the log has them. */
  attempts: AttemptJson[];
  /** Oldest first: what people did, and what the provider told later. */
  events: StoryEvent[];
  /** Nobody sends to the address of now. */
  suppressed: SuppressedAddress | null;
  channel: Channel;
  /** What can be done about it, after where it stands. */
  actions?: ReactNode;
}

/** What became of one recipient: where it stands and what to do, then every attempt and event, newest first. */
export function RecipientStory({ recipient, attempts, events, suppressed, channel, actions }: Props) {
  const { text, due, over } = recipientWords(recipient);
  const story = [
    ...attempts.map((attempt) => ({
      at: attempt.finished_at,
      entry: <AttemptEntry key={attempt.id} attempt={attempt} channel={channel} />,
    })),
    // biome-ignore lint/suspicious/noArrayIndexKey: the past only grows at its end
    ...events.map((event, i) => ({ at: event.at, entry: <EventEntry key={`event ${i}`} event={event} /> })),
  ];
  const waits = recipient.status === 'pending' || recipient.status === 'queued';
  const underWay = recipient.status === 'sending' || due !== null;
  return (
    <>
      <StateCard recipient={recipient} channel={channel} arrived={decidedAsSent(events)} />
      {suppressed && <NeverSentTo suppressed={suppressed} address={recipient.address} />}
      {actions}
      {!suppressed && (
        <div className={classes.neverSend}>
          <NeverSend address={recipient.address} />
        </div>
      )}
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
          {attempts.length === 0 && !underWay && (
            <li className={classes.none}>{waits ? 'Nothing was tried yet.' : 'Nothing was tried.'}</li>
          )}
        </ol>
      </section>
    </>
  );
}

/** The words of somebody's decision that the message arrived; null where the provider itself said it, or nobody. */
function decidedAsSent(events: readonly StoryEvent[]): string | null {
  const last = events.findLast(
    ({ source, kind }) => source === 'provider' || kind === 'recipient_resolved' || kind === 'recipient_retried',
  );
  return last?.kind === 'recipient_resolved' ? last.text : null;
}
