import { Title } from '@mantine/core';
import type { Channel } from '#app/domain/campaigns/campaign.ts';
import type { AttemptJson, RecipientJson } from '#app/domain/recipients/recipient.ts';
import { recipientWords } from '#app/domain/recipients/recipient-words.ts';
import { Countdown } from '../campaign/countdown.tsx';
import { AttemptEntry } from './attempt-entry.tsx';
import classes from './recipient-story.module.css';
import { StateCard } from './state-card.tsx';

interface Props {
  recipient: RecipientJson;
  /** Oldest first, as the log has them. */
  attempts: AttemptJson[];
  channel: Channel;
}

/** What became of one recipient: where it stands and what to do, then every attempt, newest first. */
export function RecipientStory({ recipient, attempts, channel }: Props) {
  const { text, due, over } = recipientWords(recipient);
  const underWay = recipient.status === 'sending' || due !== null;
  return (
    <>
      <StateCard recipient={recipient} channel={channel} />
      <section aria-labelledby="story">
        <Title order={3} id="story" className={classes.heading}>
          Attempts
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
          {attempts.toReversed().map((attempt) => (
            <AttemptEntry key={attempt.id} attempt={attempt} channel={channel} />
          ))}
          {attempts.length === 0 && !underWay && <li className={classes.none}>Nothing was tried yet.</li>}
        </ol>
      </section>
    </>
  );
}
